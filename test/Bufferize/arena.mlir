// Buffers that are never alive together share memory; sizes of a step are at
// their bounds, sizes of forward are added up at run time.
// RUN: sinter-opt %s --split-input-file --sinter-plan-arena | FileCheck %s

// Three buffers of 64 floats; the first and the last do not meet.
// CHECK: sinter.arena_bytes = 4096 : i64
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[ARENA:[a-z0-9]+]]: memref<?xi8> {sinter.role = "arena"}
// CHECK-NOT: memref.alloc
// CHECK: memref.view %[[ARENA]][%{{.*}}][%{{.*}}] : memref<?xi8> to memref<?x64xf32>
module attributes {sinter.prefill_chunk = 8 : i64, sinter.max_length = 32 : i64} {
  func.func @step(%rows: index {sinter.role = "symbol", sinter.symbol = "rows"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "step"} {
    %z = arith.constant 0.0 : f32
    %a = memref.alloc(%rows) : memref<?x64xf32>
    linalg.fill ins(%z : f32) outs(%a : memref<?x64xf32>)
    %b = memref.alloc(%rows) : memref<?x64xf32>
    linalg.copy ins(%a : memref<?x64xf32>) outs(%b : memref<?x64xf32>)
    %c = memref.alloc(%rows) : memref<?x64xf32>
    linalg.copy ins(%b : memref<?x64xf32>) outs(%c : memref<?x64xf32>)
    return
  }
}

// -----

// CHECK-LABEL: func.func @forward_arena_bytes(%{{.*}}: index) -> index
// CHECK-LABEL: func.func @forward(
// CHECK-NOT: memref.alloc
func.func @forward(%n: index {sinter.role = "symbol", sinter.symbol = "n"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  %z = arith.constant 0.0 : f32
  %a = memref.alloc(%n) : memref<?x64xf32>
  linalg.fill ins(%z : f32) outs(%a : memref<?x64xf32>)
  return
}

// -----

// Sizes by subtraction, division and choice are bounded too: 8 - 0, ceil of 32
// over 4, the larger of both branches. 3 * 8 * 256 bytes.
// CHECK: sinter.arena_bytes = 6144 : i64
module attributes {sinter.prefill_chunk = 8 : i64, sinter.max_length = 32 : i64} {
  func.func @step(%rows: index {sinter.role = "symbol", sinter.symbol = "rows"}, %past: index {sinter.role = "symbol", sinter.symbol = "past"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "step"} {
    %z = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %less = arith.subi %rows, %past : index
    %quarter = arith.ceildivsi %past, %c4 : index
    %is = arith.cmpi eq, %rows, %c1 : index
    %either = arith.select %is, %rows, %quarter : index
    %a = memref.alloc(%less) : memref<?x64xf32>
    %b = memref.alloc(%quarter) : memref<?x64xf32>
    %c = memref.alloc(%either) : memref<?x64xf32>
    linalg.fill ins(%z : f32) outs(%a : memref<?x64xf32>)
    linalg.fill ins(%z : f32) outs(%b : memref<?x64xf32>)
    linalg.fill ins(%z : f32) outs(%c : memref<?x64xf32>)
    linalg.copy ins(%a : memref<?x64xf32>) outs(%b : memref<?x64xf32>)
    linalg.copy ins(%b : memref<?x64xf32>) outs(%c : memref<?x64xf32>)
    linalg.copy ins(%c : memref<?x64xf32>) outs(%a : memref<?x64xf32>)
    return
  }
}

// -----

// Where work has trace points the plan is described: @a is in use by pieces 0 and
// 1, @b by 1 and 2; nothing else has a place.
#fill = #sinter.work<name = "fill", kind = "fill", bytes = "0", flops = "0", serial = false>
#copy = #sinter.work<name = "copy", kind = "copy", bytes = "0", flops = "0", serial = false>
#last = #sinter.work<name = "last", kind = "copy", bytes = "0", flops = "0", serial = false>
// CHECK: sinter.arena_plan = [#sinter.arena_buffer<name = "fill", until = "copy", offset = 0, bytes = 2048, first = 0, last = 1>, #sinter.arena_buffer<name = "copy", until = "last", offset = 2048, bytes = 2048, first = 1, last = 2>]
module attributes {sinter.prefill_chunk = 8 : i64, sinter.max_length = 32 : i64} {
  func.func @step(%out: memref<?x64xf32> {sinter.role = "output"}, %rows: index {sinter.role = "symbol", sinter.symbol = "rows"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "step"} {
    %z = arith.constant 0.0 : f32
    %a = memref.alloc(%rows) : memref<?x64xf32>
    sinter.trace_point begin #fill
    linalg.fill ins(%z : f32) outs(%a : memref<?x64xf32>)
    %b = memref.alloc(%rows) : memref<?x64xf32>
    sinter.trace_point begin #copy
    linalg.copy ins(%a : memref<?x64xf32>) outs(%b : memref<?x64xf32>)
    sinter.trace_point begin #last
    linalg.copy ins(%b : memref<?x64xf32>) outs(%out : memref<?x64xf32>)
    return
  }
}

// -----

// A size that is computed after a buffer's first use, and one that is asked of a
// view: both come first, and every buffer is placed before it is used.
// CHECK-LABEL: func.func @sizes_come_first(
// CHECK-SAME: %[[N:[a-z0-9]+]]: index
// CHECK-DAG: arith.muli %[[N]], %[[N]] : index
// CHECK-NOT: memref.dim
// CHECK: %[[A:.*]] = memref.view {{.*}} : memref<?xi8> to memref<?x4x64xf32>
// CHECK: linalg.fill ins(%{{.*}}) outs(%[[A]]
// CHECK: %[[B:.*]] = memref.view {{.*}} : memref<?xi8> to memref<?x64xf32>
// CHECK: linalg.copy {{.*}} outs(%[[B]]
func.func @sizes_come_first(%n: index {sinter.role = "symbol", sinter.symbol = "n"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  %z = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %a = memref.alloc(%n) : memref<?x4x64xf32>
  linalg.fill ins(%z : f32) outs(%a : memref<?x4x64xf32>)
  %flat = memref.collapse_shape %a [[0, 1], [2]] : memref<?x4x64xf32> into memref<?x64xf32>
  %rows = memref.dim %flat, %c0 : memref<?x64xf32>
  %b = memref.alloc(%rows) : memref<?x64xf32>
  linalg.copy ins(%flat : memref<?x64xf32>) outs(%b : memref<?x64xf32>)
  %square = arith.muli %n, %n : index
  %c = memref.alloc(%square) : memref<?x64xf32>
  linalg.fill ins(%z : f32) outs(%c : memref<?x64xf32>)
  return
}
