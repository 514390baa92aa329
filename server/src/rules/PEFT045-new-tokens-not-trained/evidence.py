"""PEFT045: the rows of new tokens stay as they were initialised, unless the config trains them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

def example(heading, index=0):
    needs("trl")
    needs("datasets")
    return evidence.block(heading, index)


def needs_indices():
    if VERSION < (0, 15):
        raise Skip("trainable_token_indices came with PEFT 0.15")


# --- the documented examples


@evidence.claim("Bad: the model is trained, and the embeddings have no gradient")
def bad():
    model = example("Bad")["trainer"].model
    frozen = not model.get_input_embeddings().weight.requires_grad
    return frozen, "frozen" if frozen else "trainable"


@evidence.claim("Good, the new rows alone: both learn")
def good_rows():
    needs_indices()
    names = example("Good", 0)
    first = len(names["tokenizer"]) - 2
    changed = learn_tokens(names["model"], first)
    return changed == 2, f"{changed} of 2 rows changed"


@evidence.claim("Good, all of the embeddings: they are trained with the output layer")
def good_all():
    if VERSION < (0, 8):
        raise Skip("the loss of this TRL reads `weight` of the output layer, which PEFT 0.7's own module has not")
    model = example("Good", 1)["trainer"].model
    names = [name for name, parameter in model.named_parameters() if parameter.requires_grad and "lora_" not in name]
    found = all(any(part in name for name in names) for part in ("embed_tokens", "lm_head"))
    return found, ", ".join(names)


# --- why


@evidence.claim("with a config for other layers, no row of the new tokens changes in training")
def rows_stay():
    changed = learn_tokens(grown())
    return changed == 0, f"{changed} of {GROWN - 64} rows changed"


@evidence.claim("all-linear leaves them as they are as well")
def all_linear():
    if VERSION < (0, 8):
        raise Skip('target_modules="all-linear" came with PEFT 0.8')
    changed = learn_tokens(grown(target_modules="all-linear"))
    return changed == 0, f"{changed} of {GROWN - 64} rows changed"


# --- what looks the same and is right


@evidence.claim("modules_to_save on the embeddings: every new row learns")
def saved_modules():
    changed = learn_tokens(grown(modules_to_save=["embed_tokens", "lm_head"]))
    return changed == GROWN - 64, f"{changed} of {GROWN - 64} rows changed"


@evidence.claim("requires_grad_(True) after the wrap: every new row learns")
def unfrozen():
    model = grown()
    model.requires_grad_(True)
    changed = learn_tokens(model)
    return changed == GROWN - 64, f"{changed} of {GROWN - 64} rows changed"


# --- the fix


@evidence.claim("Bad, after PEFT Lint's suggestion: both new rows learn")
def bad_fixed():
    needs_indices()
    names = evidence.fixed_block(0)
    changed = learn_tokens(names["model"], len(names["tokenizer"]) - 2)
    return changed == 2, f"{changed} of 2 rows changed"


evidence.run()
