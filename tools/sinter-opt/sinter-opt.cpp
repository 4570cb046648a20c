//===- sinter-opt.cpp - run passes alone, as mlir-opt does ----------------===//
#include "lib/Pipeline/Registration/Registration.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sinter::registerDialects(registry);
  sinter::registerPasses();
  mlir::registerAllPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Sinter's optimizer driver\n", registry));
}
