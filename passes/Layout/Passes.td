//===- Passes.td - passes of the Layout stage -----------------------------===//
#ifndef SINTER_LAYOUT_PASSES_TD
#define SINTER_LAYOUT_PASSES_TD

include "mlir/Pass/PassBase.td"

def PackMatMuls : Pass<"sinter-pack-matmuls", "::mlir::ModuleOp"> {
  let summary = "matmuls with a stored right side read it packed";
  let description = [{
    The pack is appended to the weight's recipe; a bias that is a recipe is
    folded in; the embedding of a tied head gathers from the packed form. See
    test/Layout/pack.mlir.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", "32",
                        "columns of a panel">,
                 Option<"widen", "widen", "bool", "false",
                        "store what is cast to a wider type in that type">];
}

def PackExperts : Pass<"sinter-pack-experts", "::mlir::ModuleOp"> {
  let summary = "rows that choose one of several stored matrices read it packed";
  let description = [{
    A matmul of one row with a matrix that is gathered from a weight [E, ..] (a
    mixture of experts) becomes sinter.packed_expert_matmul: the pack is appended
    to the weight's recipe, and the gather goes. So do products with all matrices
    of a weight, and those whose rows count only multiplied by a router's weight:
    rows with a weight of 0 are skipped. See test/Layout/pack-experts.mlir.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", "32",
                        "columns of a panel">,
                 Option<"widen", "widen", "bool", "false",
                        "store what is cast to a wider type in that type">];
}

def StoreWeights : Pass<"sinter-store-weights", "::mlir::ModuleOp"> {
  let summary = "recipes leave the functions for sinter.table";
  let description = [{
    Every maximal subgraph of params and constants becomes the entry of a table;
    its use becomes sinter.load. Small constants stay. See
    test/Layout/store.mlir.
  }];
}

#endif // SINTER_LAYOUT_PASSES_TD
