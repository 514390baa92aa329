"""PEFT016: what a merge leaves is frozen, and an adapter gets no gradient while it is merged."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def no_weight_changes(trainer):
    """Trains it once more: the same step, with a look at every parameter before and after."""
    before = {name: parameter.detach().clone() for name, parameter in trainer.model.named_parameters()}
    trainer.train()
    changed = sum(not torch.equal(parameter, before[name]) for name, parameter in trainer.model.named_parameters())
    return changed == 0, f"{changed} parameter tensors changed"


def example(heading, index=0):
    """A documented script; it needs TRL and datasets."""
    needs("trl")
    needs("datasets")
    return evidence.block(heading, index)


# --- the documented examples


@evidence.claim("Bad: training runs to its end, no parameter is trainable, and none changes")
def bad():
    names = example("Bad")
    return all_of(trainable_is(names["model"], False), no_weight_changes(names["trainer"]))


@evidence.claim("Good, a new adapter on top: it is trainable and trains")
def good():
    return trains(example("Good", 0)["trainer"].model)


@evidence.claim("Good, all weights: they are trainable and train")
def good_all():
    return trains(example("Good", 1)["model"])


# --- why


@evidence.claim("after merge_and_unload() and unload() no parameter is trainable")
def nothing_left():
    return all_of(trainable_is(fresh().merge_and_unload(), False), trainable_is(fresh().unload(), False))


@evidence.claim("without gradients in the inputs training fails in the first backward pass")
def fails():
    model = loaded().merge_and_unload()
    return raises(RuntimeError, lambda: model(input_ids=PROMPT, labels=PROMPT).loss.backward())


@evidence.claim("while the adapter is merged in place, training changes nothing or fails")
def merged_in_place():
    model = fresh()
    model.merge_adapter()
    failed = raises(RuntimeError, lambda: train(model))
    model.enable_input_require_grads()
    changed = train(model)
    return all_of(failed, (changed == 0, f"{changed} parameter tensors changed"))


# --- what looks the same and is right


@evidence.claim("unmerge_adapter(): the adapter trains")
def unmerged():
    model = fresh()
    model.merge_adapter()
    model.unmerge_adapter()
    return trains(model)


@evidence.claim("set_adapter() takes the merge back: the adapter trains")
def set_again():
    model = fresh()
    model.merge_adapter()
    model.set_adapter("default")
    return trains(model)


@evidence.claim("a module of modules_to_save keeps its gradients")
def module_kept():
    return trainable_is(fresh(modules_to_save=["lm_head"]).merge_and_unload(), True)


@evidence.claim("weights that had gradients before keep them")
def gradients_kept():
    model = fresh()
    model.requires_grad_(True)
    return trainable_is(model.merge_and_unload(), True)


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's suggestion: all weights train")
def bad_fixed():
    return trains(evidence.fixed_block(0)["model"])


evidence.run()
