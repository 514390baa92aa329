"""PEFT025: embeddings that grow after the wrap stay frozen, or cannot grow any more."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

def cannot_grow(**fields):
    model = fresh(**fields)
    return raises((TypeError, AttributeError), lambda: model.resize_token_embeddings(GROWN))


def example(heading):
    needs("trl")
    needs("datasets")
    return evidence.block(heading)


# --- the documented examples


@evidence.claim("Bad: the model is trained, and the embeddings have no gradient")
def bad():
    model = example("Bad")["trainer"].model
    frozen = not model.get_input_embeddings().weight.requires_grad
    return frozen, "frozen" if frozen else "trainable"


@evidence.claim("Good: the embeddings and the output layer are trained with it")
def good():
    if VERSION < (0, 8):
        raise Skip("the loss of this TRL reads `weight` of the output layer, which PEFT 0.7's own module has not")
    model = example("Good")["trainer"].model
    names = [name for name, parameter in model.named_parameters() if parameter.requires_grad and "lora_" not in name]
    found = all(any(part in name for name in names) for part in ("embed_tokens", "lm_head"))
    return found, ", ".join(names)


# --- why


@evidence.claim("resized after the wrap, no row of the new tokens changes in training")
def rows_stay():
    model = fresh()
    model.resize_token_embeddings(GROWN)
    changed = learn_tokens(model)
    return changed == 0, f"{changed} of {GROWN - 64} rows changed"


@evidence.claim("modules_to_save on embeddings or output layer: the resize raises")
def saved_modules():
    return all_of(cannot_grow(modules_to_save=["embed_tokens"]), cannot_grow(modules_to_save=["lm_head"]))


@evidence.claim("an adapter in the embeddings or the output layer: the resize raises")
def adapted_modules():
    return all_of(
        cannot_grow(target_modules=["q_proj", "embed_tokens"]), cannot_grow(target_modules=["q_proj", "lm_head"])
    )


@evidence.claim("trainable_token_indices: the resize raises")
def token_indices():
    if VERSION < (0, 15):
        raise Skip("trainable_token_indices came with PEFT 0.15")
    return cannot_grow(trainable_token_indices=[5])


# --- what looks the same and is right


@evidence.claim("resized before the wrap, with modules_to_save, every new row learns")
def right_order():
    changed = learn_tokens(grown(modules_to_save=["embed_tokens", "lm_head"]))
    return changed == GROWN - 64, f"{changed} of {GROWN - 64} rows changed"


@evidence.claim("all-linear leaves the embeddings alone: they can be resized")
def all_linear():
    if VERSION < (0, 8):
        raise Skip('target_modules="all-linear" came with PEFT 0.8')
    model = fresh(target_modules="all-linear")
    model.resize_token_embeddings(GROWN)
    return len(new_rows(model)) == GROWN - 64, f"{len(new_rows(model))} new rows"


# --- the fix


@evidence.claim("Bad, after PEFT Lint's suggestion: the rows of the new tokens are trained, and no others")
def bad_fixed():
    if VERSION < (0, 15):
        raise Skip("trainable_token_indices came with PEFT 0.15")
    names = evidence.fixed_block(0)
    first = len(names["tokenizer"]) - 2
    changed = learn_tokens(names["model"], first)
    return changed == 2, f"{changed} of 2 rows changed"


evidence.run()
