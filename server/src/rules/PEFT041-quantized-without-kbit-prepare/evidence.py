"""PEFT041: what `prepare_model_for_kbit_training` does to a model, and what is left out without it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *
from peft import prepare_model_for_kbit_training

evidence = Evidence(__file__)


class Params4bit(torch.nn.Parameter):
    """Stands in for bitsandbytes' class, by whose name PEFT tells the quantized weights from the others."""


def quantized_base():
    """In half precision, its linear layers in bytes and marked as bitsandbytes marks those that it holds in 4 bits."""
    model = base_model().to(torch.bfloat16)
    for layer in model.model.layers.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.weight = Params4bit(layer.weight.data.to(torch.uint8), requires_grad=False)
    model.is_loaded_in_4bit = True
    return model


def types_of(model):
    """The types of what is not quantized and not the adapter's."""
    return {
        str(parameter.dtype)
        for name, parameter in model.named_parameters()
        if "lora_" not in name and type(parameter) is not Params4bit
    }


def wrapped(prepared):
    model = quantized_base()
    return get_peft_model(prepare_model_for_kbit_training(model) if prepared else model, lora_config())


def with_gpu():
    needs("bitsandbytes")
    if not torch.cuda.is_available():
        raise Skip("needs a GPU; source: PEFT's documentation of quantization, peft/utils/other.py")


# --- the documented examples


@evidence.claim("Bad: norms and head are trained in half precision")
def bad():
    with_gpu()
    types = {str(weight.dtype) for name, weight in evidence.block("Bad")["model"].named_parameters() if "norm" in name}
    return types <= {"torch.float16", "torch.bfloat16"}, str(types)


@evidence.claim("Good: they are in single precision")
def good():
    with_gpu()
    types = {str(weight.dtype) for name, weight in evidence.block("Good")["model"].named_parameters() if "norm" in name}
    return types == {"torch.float32"}, str(types)


@evidence.claim("the fixed example: they are in single precision")
def fixed():
    with_gpu()
    model = evidence.fixed_block(0)["model"]
    types = {str(weight.dtype) for name, weight in model.named_parameters() if "norm" in name}
    return types == {"torch.float32"}, str(types)


# --- the same with weights that are only marked as quantized


@evidence.claim("on a CPU, marked as quantized, not prepared: the other weights are in half precision after the wrap")
def not_prepared():
    types = types_of(wrapped(False))
    return types == {"torch.bfloat16"}, str(types)


@evidence.claim("on a CPU, marked as quantized, prepared: the other weights are in single precision, the marked ones as before")
def prepared():
    model = wrapped(True)
    marked = {str(weight.dtype) for weight in model.parameters() if type(weight) is Params4bit}
    return types_of(model) == {"torch.float32"} and marked == {"torch.uint8"}, f"{types_of(model)}, marked {marked}"


@evidence.claim("prepared, gradient checkpointing is on and the inputs have gradients; not prepared, neither")
def checkpointing():
    seen = []
    for is_prepared in (True, False):
        base = wrapped(is_prepared).get_base_model()
        base.train()
        embedded = base.get_input_embeddings()(PROMPT)
        seen.append((base.is_gradient_checkpointing, embedded.requires_grad))
    return seen == [(True, True), (False, False)], f"prepared {seen[0]}, not prepared {seen[1]}"


@evidence.claim("the wrap of a model that was not prepared does not warn")
def no_warning():
    base = quantized_base()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        get_peft_model(base, lora_config())
    texts = [str(warning.message) for warning in caught]
    return not any("prepare" in text or "kbit" in text for text in texts), f"{len(texts)} warnings"


# --- what looks the same


@evidence.claim("loaded in float32, the other weights are in single precision without it")
def single_precision():
    types = types_of(get_peft_model(base_model().float(), lora_config()))
    return types == {"torch.float32"}, str(types)


evidence.run()
