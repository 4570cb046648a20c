#!/usr/bin/env python3
"""A decoder with a past and one without, merged into an If on a flag as optimum
merges them: it is compiled as one cached decoder. onnxruntime runs the same
file, each branch where it belongs."""
import os
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import sinter_tools as sinter
import tiny_models

RELATIVE = 1e-4  # of the largest logit, as for the reference exports
FLAG = "use_cache_branch"


def branch(graph, prefix, pasts):
    """The nodes of a decoder as a subgraph whose inputs are the outer graph's;
    `pasts`: names that are empty here."""
    made = {o for n in graph.node for o in n.output} | set(pasts)
    new = lambda name: prefix + name if name in made else name
    nodes = []
    for node in graph.node:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.name = prefix + node.name
        copy.input[:] = [new(i) for i in node.input]
        copy.output[:] = [new(o) for o in node.output]
        nodes.append(copy)
    empty = [numpy_helper.from_array(
        np.zeros([1, shape[1], 0, shape[3]], np.float32), prefix + name)
        for name, shape in pasts.items()]
    outputs = [helper.make_tensor_value_info(
        new(o.name), o.type.tensor_type.elem_type, None) for o in graph.output]
    return helper.make_graph(nodes, prefix, [], outputs, initializer=empty)


def merge(path):
    model = onnx.load(path)
    graph = model.graph
    pasts = {i.name: [d.dim_value for d in i.type.tensor_type.shape.dim]
             for i in graph.input if i.name.startswith("past")}
    node = helper.make_node(
        "If", [FLAG], [o.name for o in graph.output], name="merged",
        then_branch=branch(graph, "with_past_", {}),
        else_branch=branch(graph, "no_past_", pasts))
    del graph.node[:]
    graph.node.append(node)
    graph.input.append(
        helper.make_tensor_value_info(FLAG, TensorProto.BOOL, [1]))
    out = path.replace("model.onnx", "merged.onnx")
    onnx.save(model, out)
    return out


class Judge:
    """onnxruntime: the first call by the branch without a past."""

    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(
            path, providers=["CPUExecutionProvider"])
        self.inputs = {i.name: i.shape for i in self.session.get_inputs()}
        self.names = [o.name for o in self.session.get_outputs()]

    def greedy(self, prompt, count):
        new, ids, length = [], list(prompt), 0
        cache = {n: np.zeros([1, s[1], 1, s[3]], np.float32)
                 for n, s in self.inputs.items() if n.startswith("past")}
        logits = []
        for _ in range(count):
            end = length + len(ids)
            feeds = dict(cache, input_ids=np.array([ids]),
                         attention_mask=np.ones((1, end), np.int64),
                         position_ids=np.arange(length, end)[None])
            feeds[FLAG] = np.array([length > 0])
            outputs = dict(zip(self.names, self.session.run(
                None, {k: v for k, v in feeds.items() if k in self.inputs})))
            cache = {n: outputs[n.replace("past_key_values", "present")]
                     for n in cache}
            logits.append(outputs["logits"][0])
            ids, length = [int(logits[-1][-1].argmax())], end
            new += ids
        return new, np.concatenate(logits)


def main():
    sinter.require_tools("sinterc", "sinter-run")
    for style in tiny_models.STYLES[:2]:
        with tempfile.TemporaryDirectory() as scratch:
            path = merge(tiny_models.write(scratch, style))
            out = os.path.join(scratch, "merged.so")
            report = out + ".json"
            sinter.compile_model(path, out, f"--report={report}")
            prompt = list(range(3, 12))
            ids, want = Judge(path).greedy(prompt, 12)
            if sinter.greedy(out, prompt, 12) != ids:
                sys.exit(f"{style.name}: other greedy ids than onnxruntime")
            got = sinter.logits(out, prompt + ids[:-1])
            error = np.abs(got - want).max() / np.abs(want).max()
            if not error <= RELATIVE:
                sys.exit(f"{style.name}: logits off by {error:.1e}")
            fused = sinter.read_report(report)["fused"].get("attention", 0)
            if fused != style.layers:
                sys.exit(f"{style.name}: {fused} attentions in the report")
            print(f"{style.name}: merged, equal to onnxruntime "
                  f"{onnxruntime.__version__}")


if __name__ == "__main__":
    main()
