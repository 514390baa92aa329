"""PEFT031: gradients in fp16 cannot be unscaled, and a cast of the wrapped model takes the adapter along."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def dtypes(model):
    return {str(parameter.dtype).removeprefix("torch.") for parameter in model.parameters() if parameter.requires_grad}


def step(model):
    """One step as a trainer does it with fp16=True on a GPU: the loss is scaled, the gradients unscaled."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=0.05)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0)
    before = [parameter.detach().clone() for parameter in parameters]
    with torch.autocast("cpu", dtype=torch.float16):
        loss = model(input_ids=PROMPT, labels=PROMPT).loss
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return sum(not torch.equal(old, new) for old, new in zip(before, parameters))


def learns(model):
    changed = step(model)
    return changed > 0, f"{', '.join(sorted(dtypes(model)))}; {changed} parameter tensors changed"


def fails(model):
    seen = dtypes(model)
    failed, text = raises(ValueError, lambda: step(model))
    return failed and seen == {"float16"} and "unscale FP16" in text, f"{', '.join(seen)}; {text}"


def example(heading):
    """A documented script on a CPU, where transformers' trainer scales nothing."""
    needs("trl")
    needs("datasets")
    return evidence.block(heading)


# --- the documented examples


@evidence.claim("Bad: the adapter is fp16, and a step with a scaled loss raises ValueError")
def bad():
    return fails(example("Bad")["model"])


@evidence.claim("Good: the adapter is fp32 over a base model in fp16, and the step works")
def good():
    if VERSION < (0, 12):
        raise Skip("PEFT keeps an adapter over a base model in fp16 in fp32 since 0.12")
    return learns(example("Good")["model"])


# --- why


@evidence.claim("half() and to(torch.float16) take the adapter along")
def casts():
    return all_of(fails(fresh().half()), fails(fresh().to(torch.float16)))


@evidence.claim("a loaded adapter that is trained on: the same")
def casts_loaded():
    return fails(loaded(is_trainable=True).half())


# --- what looks the same and is right


@evidence.claim("an adapter in fp32: the step works")
def full():
    return learns(fresh())


@evidence.claim("cast back to fp32: the step works")
def back():
    return learns(fresh().half().float())


@evidence.claim("trainable weights alone in fp32: the step works")
def by_hand():
    model = fresh().half()
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return learns(model)


# --- the fix


@evidence.claim("Bad, after PEFT Lint's suggestion: the adapter is fp32, and the step works")
def bad_fixed():
    if VERSION < (0, 11):
        raise Skip("cast_mixed_precision_params came with PEFT 0.11")
    return learns(evidence.fixed_block(0)["model"])


evidence.run()
