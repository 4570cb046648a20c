//===- SinterOpBase.td - base classes and interfaces of sinter ops --------===//
#ifndef SINTER_OP_BASE_TD
#define SINTER_OP_BASE_TD

include "dialects/Sinter/IR/SinterDialect.td"
include "dialects/Sinter/IR/SinterInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"



class Sinter_Op<string mnemonic, list<Trait> traits = []>
    : Op<Sinter_Dialect, mnemonic, traits>;

// A pure op on tensors with an interpreter case.
class Sinter_TensorOp<string mnemonic, list<Trait> traits = []>
    : Sinter_Op<mnemonic, !listconcat([Pure,
        DeclareOpInterfaceMethods<Sinter_InterpretInterface>], traits)>;

// ... whose result types follow from its operands and attributes.
class Sinter_InferOp<string mnemonic, list<Trait> traits = []>
    : Sinter_TensorOp<mnemonic, !listconcat([InferTypeOpAdaptor], traits)>;

// ... whose result shape may need values of operands.
class Sinter_ResolveOp<string mnemonic, list<Trait> traits = []>
    : Sinter_TensorOp<mnemonic, !listconcat([
        DeclareOpInterfaceMethods<Sinter_ResolveInterface>], traits)>;

def Sinter_Activation : I32EnumAttr<"Activation", "activation function", [
    I32EnumAttrCase<"silu", 0>, I32EnumAttrCase<"gelu", 1>,
    I32EnumAttrCase<"gelu_tanh", 2>, I32EnumAttrCase<"relu", 3>]> {
  let cppNamespace = "::sinter";
  let genSpecializedAttr = 0;
}
def Sinter_ActivationAttr : EnumAttr<Sinter_Dialect, Sinter_Activation, "activation">;

#endif // SINTER_OP_BASE_TD
