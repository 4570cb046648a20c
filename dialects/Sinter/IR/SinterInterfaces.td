//===- SinterInterfaces.td - what ops of the dialect promise --------------===//
#ifndef SINTER_INTERFACES_TD
#define SINTER_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Sinter_InterpretInterface : OpInterface<"InterpretOpInterface"> {
  let cppNamespace = "::sinter";
  let description = [{
    The meaning of an op in plain C++ (dialects/Sinter/Interpreter). Every op on
    tensors declares it, so an op without a meaning does not link.
  }];
  let methods = [
    InterfaceMethod<[{
      Computes the results from the operands (absent optional operands are not
      in the list). Operand and result shapes are concrete. Errors (an index out
      of range, a size that does not fit) are emitted on the op.
    }], "::mlir::LogicalResult", "interpret",
    (ins "::sinter::Evaluation &":$eval)>];
}

def Sinter_ResolveInterface : OpInterface<"ResolveShapeOpInterface"> {
  let cppNamespace = "::sinter";
  let description = [{
    Ops whose result shape depends on the VALUES of operands (reshape, expand,
    slice, range ...). When the values are known as symbolic expressions, the op
    takes them as attributes and result type and drops the operands; after that
    it is `resolved` and shapes need no data any more.
  }];
  let methods = [
    InterfaceMethod<"Resolves what it can; true when the op changed.",
      "bool", "resolveShape", (ins "::sinter::ShapeValues &":$values)>,
    InterfaceMethod<"True when no shape operand is left.", "bool",
      "isResolved">];
}

def Sinter_ElementwiseInterface : OpInterface<"ElementwiseOpInterface"> {
  let cppNamespace = "::sinter";
  let description = [{
    An op that applies one scalar function to broadcast operands. The lowering
    to loops and the fusion of chains need nothing else about it.
  }];
  let methods = [InterfaceMethod<[{
      Emits the scalar function: `args` are scalars of the operands' element
      types as the loops hold them (signless integers, i1 bool); returns the
      scalar of the result.}],
    "::mlir::Value", "emitScalar",
    (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
         "::mlir::ValueRange":$args)>];
}

#endif // SINTER_INTERFACES_TD
