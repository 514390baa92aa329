"""PEFT046: a cell that wraps the variable it reads does something else when it is run again."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def run_twice(cells):
    """Runs the cells in order, and the last one once more. The names they leave behind."""
    names = {"__name__": "__main__"}
    for source in [*cells, cells[-1]]:
        exec(compile(source, "<cell>", "exec"), names)
    return names


def loads(model, path="out/again"):
    return all_of(trains(model), output_survives_reload(model, True, path))


# --- the documented example


@evidence.claim("Bad, every cell run once: training works, and what is saved loads again")
def bad_once():
    return loads(evidence.block("Bad")["model"])


@evidence.claim("Bad, the last cell run twice: training works, and the saved adapter gives the base model's output")
def bad_twice():
    model = run_twice(evidence.cells("Bad"))["model"]
    trained = trains(model)
    model.save_pretrained("out/twice")
    return all_of(trained, output_is(model, "other"), output_is(loaded("out/twice"), "base"))


@evidence.claim("Good, base model and wrap in one cell that is run twice: training works, and what is saved loads again")
def good_same_cell():
    return loads(run_twice(evidence.cells("Good", 0))["model"])


@evidence.claim("Good, unloaded first, in a cell that is run twice: training works, and what is saved loads again")
def good_unloaded():
    return loads(run_twice(evidence.cells("Good", 1))["model"])


# --- why


@evidence.claim("a wrapping cell run twice: an adapter that was trained in between is re-initialised")
def trained_in_between():
    model = fresh()
    write_weights(model, 1)
    before = output_is(model, "sft")
    return all_of(before, output_is(get_peft_model(model, lora_config()), "base"))


@evidence.claim("a loading cell run once: the output equals the trained adapter's; run twice: the base model's")
def loading_cell():
    once = loaded()
    first = output_is(once, "sft")
    return all_of(first, output_is(PeftModel.from_pretrained(once, SFT), "base"))


@evidence.claim("warnings of a wrapping cell's second run: 'for a second time', `peft_config` found from 0.15, none before")
def warnings_of_wrapping():
    model = fresh()
    expected = {SECOND_TIME: since(0, 15), ALREADY_FOUND: since(0, 15), MISSING_KEYS: False}
    return warned(lambda: get_peft_model(model, lora_config()), expected)


@evidence.claim("warnings of a loading cell's second run: missing adapter keys from 0.14, `peft_config` already found from 0.15")
def warnings_of_loading():
    model = loaded()
    expected = {MISSING_KEYS: since(0, 14), ALREADY_FOUND: since(0, 15)}
    return warned(lambda: PeftModel.from_pretrained(model, SFT), expected)


# --- what looks the same and is right


@evidence.claim("wrapped under another name in a cell that is run twice: what is saved loads again")
def another_name():
    base = base_model()
    get_peft_model(base, lora_config())
    return loads(get_peft_model(base, lora_config()))


@evidence.claim("a cell that wraps only what is not wrapped yet, run twice: what is saved loads again")
def guarded():
    model = base_model()
    for _ in range(2):
        if not isinstance(model, PeftModel):
            model = get_peft_model(model, lora_config())
    return loads(model)


evidence.run()
