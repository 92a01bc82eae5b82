"""Writes a tiny model of the llama family with random weights: noise in words, real in protocol.

Its tokens are bytes. One constant direction runs through all embeddings and leads to the tokens that
end things (a quote, closing brackets, the end of the text), so that its noise comes to an end soon
when a grammar allows it.

Usage: make_tiny_gguf.py PATH
"""

import sys

import gguf
import numpy

WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 4096
SPECIAL = ["<unk>", "<s>", "</s>"]


def main(path: str) -> None:
    random = numpy.random.default_rng(47)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)

    kinds = gguf.TokenType
    tokens = [token.encode() for token in SPECIAL] + [f"<0x{byte:02X}>".encode() for byte in range(256)]
    types = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL] + [kinds.BYTE] * 256
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(types)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)

    def noise(*shape: int) -> numpy.ndarray:
        return (random.standard_normal(shape) * 0.05).astype(numpy.float32)

    def ones(size: int) -> numpy.ndarray:
        return numpy.ones(size, dtype=numpy.float32)

    embedding = noise(len(tokens), WIDTH)
    embedding[:, 0] = 1.0
    output = noise(len(tokens), WIDTH)
    first_byte = len(SPECIAL)
    for ending, strength in (('"', 6.0), ("]", 4.0), ("}", 4.0)):
        output[first_byte + ord(ending), 0] = strength
    output[2, 0] = 3.0

    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", ones(WIDTH))
    writer.add_tensor("output.weight", output)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{block}.{name}.weight", ones(WIDTH))
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"{block}.{name}.weight", noise(WIDTH, WIDTH))
        writer.add_tensor(f"{block}.ffn_gate.weight", noise(INNER, WIDTH))
        writer.add_tensor(f"{block}.ffn_up.weight", noise(INNER, WIDTH))
        writer.add_tensor(f"{block}.ffn_down.weight", noise(WIDTH, INNER))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
