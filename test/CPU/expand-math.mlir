// No function of the math dialect that would call libm is left; f64 is refused.
// RUN: sinter-opt %s --split-input-file --sinter-expand-math --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @f32(
// CHECK-NOT: math.{{sin|cos|tan|asin|acos|atan|sinh|cosh|asinh|acosh|atanh|exp|tanh|erf|log}}
// CHECK: return
func.func @f32(%x: vector<8xf32>) -> vector<8xf32> {
  %a = math.sin %x : vector<8xf32>
  %b = math.cos %a : vector<8xf32>
  %c = math.exp %b : vector<8xf32>
  %d = math.tanh %c : vector<8xf32>
  %e = math.erf %d : vector<8xf32>
  %f = math.log %e : vector<8xf32>
  %g = math.tan %f : vector<8xf32>
  %h = math.asin %g : vector<8xf32>
  %i = math.acos %h : vector<8xf32>
  %j = math.atan %i : vector<8xf32>
  %k = math.sinh %j : vector<8xf32>
  %l = math.cosh %k : vector<8xf32>
  %m = math.asinh %l : vector<8xf32>
  %n = math.acosh %m : vector<8xf32>
  %o = math.atanh %n : vector<8xf32>
  return %o : vector<8xf32>
}

// -----

// A native vector of AVX-512 has an instruction for 2^n.
// CHECK-LABEL: func.func @wide(
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.mask.scalef.ps.512"
// CHECK-NOT: arith.shli
// CHECK-LABEL: func.func @other_width(
// CHECK-NOT: scalef
// CHECK: arith.shli
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @wide(%x: vector<16xf32>) -> vector<16xf32> {
    %y = math.exp %x : vector<16xf32>
    return %y : vector<16xf32>
  }
  func.func @other_width(%x: f32) -> f32 {
    %y = math.exp %x : f32
    return %y : f32
  }
}

// -----

// 1 + erf x, as gelu has it, needs no part near 0: one polynomial beside e^x.
// CHECK-LABEL: func.func @one_plus_erf(
// CHECK-COUNT-8: math.fma
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.mask.scalef.ps.512"
// CHECK-NOT: math.copysign
// CHECK: return
// CHECK-LABEL: func.func @erf_alone(
// CHECK: math.copysign
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @one_plus_erf(%x: vector<16xf32>) -> vector<16xf32> {
    %one = arith.constant dense<1.0> : vector<16xf32>
    %e = math.erf %x : vector<16xf32>
    %y = arith.addf %one, %e : vector<16xf32>
    return %y : vector<16xf32>
  }
  func.func @erf_alone(%x: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>) {
    %one = arith.constant dense<1.0> : vector<16xf32>
    %e = math.erf %x : vector<16xf32>
    %y = arith.addf %e, %one : vector<16xf32>
    return %y, %e : vector<16xf32>, vector<16xf32>
  }
}

// -----

// CHECK-LABEL: func.func @half(
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func @half(%x: f16) -> f16 {
  %y = math.exp %x : f16
  return %y : f16
}

// -----

func.func @double(%x: f64) -> f64 {
  // expected-error @below {{no native code for exp of 'f64'}}
  %y = math.exp %x : f64
  return %y : f64
}

// -----

func.func @double_atanh(%x: f64) -> f64 {
  // expected-error @below {{no native code for atanh of 'f64'; use f32 for this node}}
  %y = math.atanh %x : f64
  return %y : f64
}

// -----

// Conversions to bf16 become integer arithmetic, also from f64: no call of
// __truncsfbf2 is left.
// CHECK-LABEL: func.func @bfloat(
// CHECK-NOT: arith.truncf %{{.*}} bf16
// CHECK: arith.bitcast %{{.*}} : f32 to i32
// CHECK: return
func.func @bfloat(%x: f64) -> bf16 {
  %y = arith.truncf %x : f64 to bf16
  return %y : bf16
}
