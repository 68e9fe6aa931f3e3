"""Writes a tuned network as `edge/model/encoder.py` reads it: 8-bit ONNX, vectors, tokenizer, codes."""

import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from mailbot.learning.encoder.network import OUTPUTS, Network

OPSET = 17


def export(network: Network, table: NDArray[np.uint8], tokenizer: Tokenizer, folder: Path) -> None:
    """Write the files into a folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "encoder.onnx"
        torch.onnx.export(
            network.train(mode=False),
            (torch.zeros(1, 16, network.norm.normalized_shape[0]),),
            str(whole),
            input_names=["embeddings"],
            output_names=["mail", "pieces"],
            dynamic_axes={"embeddings": {1: "length"}, "pieces": {1: "length"}},
            opset_version=OPSET,
            dynamo=False,
        )
        quantize_dynamic(whole, folder / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True)
    np.save(folder / "embeddings.npy", table)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "codes.json").write_text(json.dumps(OUTPUTS) + "\n", encoding="utf-8")
