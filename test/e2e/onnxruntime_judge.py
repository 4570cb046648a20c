"""Decoders with past_key_values.N.key/value, run by onnxruntime."""
import numpy as np
import onnxruntime


TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class Decoder:
    """`buffers`: pasts that are longer than what they hold, and how long."""

    def __init__(self, path, threads=1, buffers=dict()):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"])
        self.past = {
            i.name: np.zeros((1, i.shape[1], buffers.get(i.name, 0), i.shape[3]),
                             TYPES[i.type])
            for i in self.session.get_inputs() if i.name.startswith("past")}
        self.given = {i.name for i in self.session.get_inputs()}
        self.outputs = [o.name for o in self.session.get_outputs()]
        self.reset()

    def reset(self):
        self.length = 0
        self.cache = dict(self.past)

    def feed(self, ids):
        """Logits [ids, vocab] of these ids after those fed before."""
        end = self.length + len(ids)
        inputs = dict(self.cache, input_ids=np.array([ids], np.int64),
                      attention_mask=np.ones((1, end), np.int64),
                      position_ids=np.arange(self.length, end)[None])
        outputs = dict(zip(self.outputs, self.session.run(
            None, {k: v for k, v in inputs.items() if k in self.given})))
        self.cache = {name: outputs[name.replace("past_key_values", "present")]
                      for name in self.past}
        self.length = end
        return outputs["logits"][0]

    def greedy(self, ids, count):
        """The next ids and, for each, the margin of the best logit."""
        self.reset()
        row, new, margins = self.feed(ids)[-1], [], []
        for _ in range(count):
            second, first = np.partition(row, -2)[-2:]
            margins.append(float(first - second))
            new.append(int(row.argmax()))
            if len(new) < count:
                row = self.feed(new[-1:])[-1]
        return new, margins
