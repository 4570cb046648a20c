// RUN: sinter-opt %s --split-input-file --sinter-mask-compressed --verify-diagnostics

!x = tensor<?x4xf32, #sinter.dims<"n", "4">>
!m = tensor<?xi1, #sinter.dims<"n">>
!rows = tensor<?x4xf32, #sinter.dims<"c", "4">>

func.func @returned(%x: !x, %mask: !m) -> !rows {
  // expected-error@+1 {{how many rows are picked is known at run time alone, and func.return does not compute row by row from them}}
  %0 = sinter.compress %x where %mask axis 0 : !x, !m to !rows
  return %0 : !rows
}

// -----

!x = tensor<?x4xf32, #sinter.dims<"n", "4">>
!m = tensor<?xi1, #sinter.dims<"n">>
!rows = tensor<?x4xf32, #sinter.dims<"c", "4">>

func.func @mixed(%x: !x, %mask: !m) -> tensor<4xf32> {
  // expected-error@+1 {{and sinter.softmax does not compute row by row from them}}
  %0 = sinter.compress %x where %mask axis 0 : !x, !m to !rows
  %1 = sinter.softmax %0 axis 0 : !rows
  %2 = sinter.reduce sum, %1 axes [0] : !rows
  return %2 : tensor<4xf32>
}

// -----

!x = tensor<?x4xf32, #sinter.dims<"n", "4">>
!m = tensor<?xi1, #sinter.dims<"n">>
!rows = tensor<?x4xf32, #sinter.dims<"c", "4">>

// The count itself is data.
func.func @counted(%x: !x, %mask: !m) -> tensor<i64> {
  // expected-error@+1 {{and sinter.symbolic does not compute row by row from them}}
  %0 = sinter.compress %x where %mask axis 0 : !x, !m to !rows
  %1 = sinter.symbolic <"c"> : tensor<i64>
  return %1 : tensor<i64>
}

// -----

!x = tensor<?x4xf32, #sinter.dims<"n", "4">>
!m = tensor<?xi1, #sinter.dims<"n">>
!rows = tensor<?x4xf32, #sinter.dims<"c", "4">>
!column = tensor<?x1xi64, #sinter.dims<"c", "1">>
!i = tensor<?x1xi64, #sinter.dims<"n", "1">>

// Rows of which the last one would count, wherever data says.
func.func @written(%x: !x, %i: !i, %mask: !m) -> !x {
  // expected-error@+1 {{and sinter.scatter_nd does not compute row by row from them}}
  %0 = sinter.compress %x where %mask axis 0 : !x, !m to !rows
  %1 = sinter.compress %i where %mask axis 0 : !i, !m to !column
  %2 = sinter.scatter_nd write, %x[%1], %0 : !x, !column, !rows
  return %2 : !x
}
