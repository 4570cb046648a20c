//===- ElementwiseOps.td - one scalar function over broadcast tensors -----===//
// Numpy's multidirectional broadcasting (ONNX "Broadcasting in ONNX").
#ifndef SINTER_ELEMENTWISE_OPS_TD
#define SINTER_ELEMENTWISE_OPS_TD

include "dialects/Sinter/IR/SinterOpBase.td"


class Sinter_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : Sinter_InferOp<mnemonic, !listconcat([
        DeclareOpInterfaceMethods<Sinter_ElementwiseInterface>], traits)>;

class Sinter_UnaryOp<string mnemonic, Type operand, list<Trait> traits = []>
    : Sinter_ElementwiseOp<mnemonic, traits> {
  let arguments = (ins operand:$x);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

class Sinter_BinaryOp<string mnemonic, Type operand, list<Trait> traits = []>
    : Sinter_ElementwiseOp<mnemonic, traits> {
  let arguments = (ins operand:$a, operand:$b);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
  let description = [{
    - C1: both operands have one element type.
    - C2: shapes broadcast: aligned at the last dimension, each pair is equal or
      one of it is 1.
  }];
}

def Sinter_AbsOp : Sinter_UnaryOp<"abs", Sinter_NumTensor> { let summary = "|x|. ONNX Abs 13"; }
def Sinter_NegOp : Sinter_UnaryOp<"neg", Sinter_NumTensor> { let summary = "-x. ONNX Neg 13"; let hasFolder = 0; }
def Sinter_SignOp : Sinter_UnaryOp<"sign", Sinter_NumTensor> { let summary = "-1, 0, 1 (NaN stays). ONNX Sign 13"; }
def Sinter_ExpOp : Sinter_UnaryOp<"exp", Sinter_FloatTensor> { let summary = "e^x. ONNX Exp 13"; }
def Sinter_LogOp : Sinter_UnaryOp<"log", Sinter_FloatTensor> { let summary = "natural logarithm. ONNX Log 13"; }
def Sinter_SqrtOp : Sinter_UnaryOp<"sqrt", Sinter_FloatTensor> { let summary = "square root. ONNX Sqrt 13"; }
def Sinter_ReciprocalOp : Sinter_UnaryOp<"reciprocal", Sinter_FloatTensor> { let summary = "1/x. ONNX Reciprocal 13"; }
def Sinter_SinOp : Sinter_UnaryOp<"sin", Sinter_FloatTensor> { let summary = "sine. ONNX Sin 7, 22"; }
def Sinter_CosOp : Sinter_UnaryOp<"cos", Sinter_FloatTensor> { let summary = "cosine. ONNX Cos 7, 22"; }
def Sinter_TanOp : Sinter_UnaryOp<"tan", Sinter_FloatTensor> { let summary = "tangent. ONNX Tan 7, 22"; }
def Sinter_AsinOp : Sinter_UnaryOp<"asin", Sinter_FloatTensor> { let summary = "arc sine. ONNX Asin 7, 22"; }
def Sinter_AcosOp : Sinter_UnaryOp<"acos", Sinter_FloatTensor> { let summary = "arc cosine. ONNX Acos 7, 22"; }
def Sinter_AtanOp : Sinter_UnaryOp<"atan", Sinter_FloatTensor> { let summary = "arc tangent. ONNX Atan 7, 22"; }
def Sinter_SinhOp : Sinter_UnaryOp<"sinh", Sinter_FloatTensor> { let summary = "hyperbolic sine. ONNX Sinh 9, 22"; }
def Sinter_CoshOp : Sinter_UnaryOp<"cosh", Sinter_FloatTensor> { let summary = "hyperbolic cosine. ONNX Cosh 9, 22"; }
def Sinter_AsinhOp : Sinter_UnaryOp<"asinh", Sinter_FloatTensor> { let summary = "inverse hyperbolic sine. ONNX Asinh 9, 22"; }
def Sinter_AcoshOp : Sinter_UnaryOp<"acosh", Sinter_FloatTensor> { let summary = "inverse hyperbolic cosine. ONNX Acosh 9, 22"; }
def Sinter_AtanhOp : Sinter_UnaryOp<"atanh", Sinter_FloatTensor> { let summary = "inverse hyperbolic tangent. ONNX Atanh 9, 22"; }
def Sinter_TanhOp : Sinter_UnaryOp<"tanh", Sinter_FloatTensor> { let summary = "hyperbolic tangent. ONNX Tanh 13"; }
def Sinter_ErfOp : Sinter_UnaryOp<"erf", Sinter_FloatTensor> { let summary = "error function. ONNX Erf 13"; }
def Sinter_SigmoidOp : Sinter_UnaryOp<"sigmoid", Sinter_FloatTensor> { let summary = "1/(1+e^-x). ONNX Sigmoid 13"; }
def Sinter_ReluOp : Sinter_UnaryOp<"relu", Sinter_NumTensor> { let summary = "max(x, 0). ONNX Relu 14"; }
def Sinter_FloorOp : Sinter_UnaryOp<"floor", Sinter_FloatTensor> { let summary = "round down. ONNX Floor 13"; }
def Sinter_CeilOp : Sinter_UnaryOp<"ceil", Sinter_FloatTensor> { let summary = "round up. ONNX Ceil 13"; }
def Sinter_RoundOp : Sinter_UnaryOp<"round", Sinter_FloatTensor> { let summary = "round, halves to even. ONNX Round 11, 22"; }
def Sinter_NotOp : Sinter_UnaryOp<"not", Sinter_BoolTensor> { let summary = "logical not. ONNX Not 1"; }
def Sinter_IsNaNOp : Sinter_UnaryOp<"is_nan", Sinter_FloatTensor> { let summary = "x is NaN, as bool. ONNX IsNaN 13, 20"; }

def Sinter_AddOp : Sinter_BinaryOp<"add", Sinter_NumTensor, [Commutative]> { let summary = "a + b. ONNX Add 14"; }
def Sinter_SubOp : Sinter_BinaryOp<"sub", Sinter_NumTensor> { let summary = "a - b. ONNX Sub 14"; }
def Sinter_MulOp : Sinter_BinaryOp<"mul", Sinter_NumTensor, [Commutative]> { let summary = "a * b. ONNX Mul 14"; }
def Sinter_DivOp : Sinter_BinaryOp<"div", Sinter_NumTensor> { let summary = "a / b; integers toward zero. ONNX Div 14"; }
def Sinter_MinOp : Sinter_BinaryOp<"min", Sinter_NumTensor, [Commutative]> { let summary = "smaller one; NaN wins. ONNX Min 13"; }
def Sinter_MaxOp : Sinter_BinaryOp<"max", Sinter_NumTensor, [Commutative]> { let summary = "larger one; NaN wins. ONNX Max 13"; }
def Sinter_AndOp : Sinter_BinaryOp<"and", Sinter_BitTensor, [Commutative]> { let summary = "and of all bits. ONNX And 7, BitwiseAnd 18"; }
def Sinter_OrOp : Sinter_BinaryOp<"or", Sinter_BitTensor, [Commutative]> { let summary = "or of all bits. ONNX Or 7, BitwiseOr 18"; }
def Sinter_XorOp : Sinter_BinaryOp<"xor", Sinter_BitTensor, [Commutative]> { let summary = "exclusive or of all bits. ONNX Xor 7, BitwiseXor 18"; }

def Sinter_PowOp : Sinter_ElementwiseOp<"pow"> {
  let summary = "a to the power b, in a's element type. ONNX Pow 13, 15";
  let description = [{
    The exponent may have another element type than the base; the result has the
    base's.
    - C1: shapes broadcast.
  }];
  let arguments = (ins Sinter_NumTensor:$a, Sinter_NumTensor:$b);
  let results = (outs Sinter_NumTensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
}

def Sinter_Predicate : I32EnumAttr<"Predicate", "comparison", [
    I32EnumAttrCase<"eq", 0>, I32EnumAttrCase<"ne", 1>,
    I32EnumAttrCase<"lt", 2>, I32EnumAttrCase<"le", 3>,
    I32EnumAttrCase<"gt", 4>, I32EnumAttrCase<"ge", 5>]> {
  let cppNamespace = "::sinter";
  let genSpecializedAttr = 0;
}
def Sinter_PredicateAttr : EnumAttr<Sinter_Dialect, Sinter_Predicate, "predicate">;

def Sinter_CompareOp : Sinter_ElementwiseOp<"compare"> {
  let summary = "ordered comparison, as bool. ONNX Equal 13/19, Less 13, LessOrEqual 16, ...";
  let description = [{
    NaN compares false, except that `ne` gives true.
    - C1: both operands have one element type (bool for eq and ne too).
    - C2: shapes broadcast.
    Example: `sinter.compare le, %a, %b : tensor<4xi64>, tensor<4xi64>`
  }];
  let arguments = (ins Sinter_PredicateAttr:$predicate, Sinter_AnyTensor:$a,
                       Sinter_AnyTensor:$b);
  let results = (outs Sinter_BoolTensor:$y);
  let assemblyFormat = "$predicate `,` $a `,` $b attr-dict `:` type($a) `,` type($b)";
}

def Sinter_SelectOp : Sinter_ElementwiseOp<"select"> {
  let summary = "a where cond, else b. ONNX Where 16";
  let description = [{
    - C1: a and b have one element type.
    - C2: the three shapes broadcast.
  }];
  let arguments = (ins Sinter_BoolTensor:$cond, Sinter_AnyTensor:$a,
                       Sinter_AnyTensor:$b);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$cond `,` $a `,` $b attr-dict `:` type($cond) `,` type($a) `,` type($b)";
}

def Sinter_CastOp : Sinter_ElementwiseOp<"cast"> {
  let summary = "element type conversion. ONNX Cast 13 .. 25";
  let description = [{
    Float to integer truncates toward zero; to bool is `x != 0`; between
    integers wraps; to a narrower float rounds to nearest even.
    Example: `sinter.cast %x : tensor<4xi64> to f32`
  }];
  let arguments = (ins Sinter_AnyTensor:$x, TypeAttr:$to);
  let results = (outs Sinter_AnyTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` $to";
  let hasFolder = 1;
}

#endif // SINTER_ELEMENTWISE_OPS_TD
