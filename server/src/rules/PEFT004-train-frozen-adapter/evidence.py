"""PEFT004: an adapter that is loaded without is_trainable=True has no parameter to train."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


# --- the documented example


@evidence.claim("Bad: the run goes through, and the model still computes what was loaded")
def bad():
    needs("trl")
    return output_is(evidence.block("Bad")["model"], "sft")


@evidence.claim("Good: training changes the adapter")
def good():
    needs("trl")
    model = evidence.block("Good")["model"]
    return computes(model) == "other", f"output == {computes(model)}"


# --- why


@evidence.claim("a loaded adapter has no trainable parameter, and model.train() changes nothing about that")
def frozen():
    model = loaded()
    model.train()
    return trainable_is(model, False)


@evidence.claim("by hand, without gradient checkpointing: backward() raises")
def by_hand():
    model = loaded()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    assert optimizer is not None
    return raises(RuntimeError, lambda: model(input_ids=PROMPT, labels=PROMPT).loss.backward())


@evidence.claim("an optimizer over the parameters that require gradients: an empty list")
def empty_list():
    model = loaded()
    return raises(ValueError, lambda: torch.optim.AdamW([p for p in model.parameters() if p.requires_grad]))


@evidence.claim("with gradients for the inputs, as gradient checkpointing asks for: training runs and changes nothing")
def with_input_grads():
    model = loaded()
    model.enable_input_require_grads()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    before = output(model)
    for _ in range(2):
        model(input_ids=PROMPT, labels=PROMPT).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return torch.equal(before, output(model)), f"output == {computes(model)}"


# --- what looks the same and is right


@evidence.claim("is_trainable=True: training changes it")
def trainable():
    return trains(loaded(is_trainable=True))


@evidence.claim("set_adapter() gives the adapter gradients")
def activated():
    model = loaded()
    model.set_adapter("default")
    return all_of(trainable_is(model, True), trains(model))


@evidence.claim("parameters that are thawed by hand are trained")
def thawed():
    model = loaded()
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.requires_grad = True
    return trains(model)


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: training changes the adapter")
def bad_fixed():
    needs("trl")
    model = evidence.fixed_block(0)["model"]
    return computes(model) == "other", f"output == {computes(model)}"


evidence.run()
