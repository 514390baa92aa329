"""PEFT029: behind a checkpoint whose input has no gradient nothing has one; transformers 5 sees to it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

IS_OLD = int(transformers.__version__.split(".")[0]) < 5


def old():
    if not IS_OLD:
        raise Skip(f"transformers {transformers.__version__} gives the inputs gradients; observed with 4.57.6")


def fit(model, **options):
    """One step by transformers' Trainer. Returns how many tensors of the adapter changed."""
    args = transformers.TrainingArguments(
        "out/fit", max_steps=1, learning_rate=0.05, use_cpu=True, report_to=[], disable_tqdm=True, **options
    )
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    data = [{"input_ids": PROMPT[0], "labels": PROMPT[0]}] * 8
    transformers.Trainer(model=model, args=args, train_dataset=data).train()
    return sum(not torch.equal(parameter, before[name]) for name, parameter in model.named_parameters())


def learns(model, **options):
    changed = fit(model, **options)
    return changed > 0, f"{changed} parameter tensors changed"


def fails(model, **options):
    return raises(RuntimeError, lambda: fit(model, **options))


# --- why


@evidence.claim("Bad: gradient_checkpointing=True after the wrap: RuntimeError in the first step")
def bad():
    old()
    return fails(fresh(), gradient_checkpointing=True)


@evidence.claim("gradient_checkpointing_enable() after the wrap: the same")
def by_call():
    old()
    model = fresh()
    model.gradient_checkpointing_enable()
    return fails(model)


@evidence.claim("transformers 5 trains both")
def new():
    if IS_OLD:
        raise Skip(f"this is transformers {transformers.__version__}")
    model = fresh()
    model.gradient_checkpointing_enable()
    return all_of(learns(model), learns(fresh(), gradient_checkpointing=True))


# --- what looks the same and is right


@evidence.claim("Good, and Bad after PEFT Lint's fix: with enable_input_require_grads() it trains")
def good():
    model = fresh()
    model.enable_input_require_grads()
    return learns(model, gradient_checkpointing=True)


@evidence.claim("use_reentrant=False: it trains")
def not_reentrant():
    return learns(fresh(), gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False})


@evidence.claim("switched on before the wrap: it trains")
def before_wrap():
    base = base_model()
    base.gradient_checkpointing_enable()
    return learns(get_peft_model(base, lora_config()))


@evidence.claim("embeddings that are trained themselves: it trains")
def embeddings():
    return learns(fresh(modules_to_save=["embed_tokens"]), gradient_checkpointing=True)


evidence.run()
