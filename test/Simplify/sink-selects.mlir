// RUN: sinter-opt %s --sinter-simplify | FileCheck %s
// RUN: sinter-opt %s --sinter-simplify -o %t
// RUN: sinter-equiv %s %t

// CHECK-LABEL: func.func @tables(
// CHECK-SAME: %[[C:.*]]: tensor<i1>, %[[I:.*]]: tensor<3xi64>, %[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<8x4xf32>
// CHECK: %[[X:.*]] = sinter.gather %[[A]][%[[I]]]
// CHECK: %[[Y:.*]] = sinter.gather %[[B]][%[[I]]]
// CHECK: sinter.select %[[C]], %[[X]], %[[Y]]
func.func @tables(%c: tensor<i1>, %i: tensor<3xi64>, %a: tensor<8x4xf32>, %b: tensor<8x4xf32>) -> tensor<3x4xf32> {
  %t = sinter.select %c, %a, %b : tensor<i1>, tensor<8x4xf32>, tensor<8x4xf32>
  %y = sinter.gather %t[%i] axis 0 : tensor<8x4xf32>, tensor<3xi64>
  return %y : tensor<3x4xf32>
}

// A condition of its own for each element stays.
// CHECK-LABEL: func.func @elements(
// CHECK: sinter.select
// CHECK-NEXT: sinter.gather
func.func @elements(%c: tensor<8x1xi1>, %i: tensor<3xi64>, %a: tensor<8x4xf32>, %b: tensor<8x4xf32>) -> tensor<3x4xf32> {
  %t = sinter.select %c, %a, %b : tensor<8x1xi1>, tensor<8x4xf32>, tensor<8x4xf32>
  %y = sinter.gather %t[%i] axis 0 : tensor<8x4xf32>, tensor<3xi64>
  return %y : tensor<3x4xf32>
}
