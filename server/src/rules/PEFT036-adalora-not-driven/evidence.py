"""PEFT036: AdaLoRA's ranks change only where `update_and_allocate()` is called, and `r` is none of its settings."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *
from peft import AdaLoraConfig

evidence = Evidence(__file__)

IGNORED = "Note that `r` is not used in AdaLora and will be ignored"


def adalora(**fields):
    schedule = {"init_r": 6, "target_r": 2, "tinit": 1, "tfinal": 1, "total_step": 8, "target_modules": ["q_proj", "v_proj"]}
    return get_peft_model(base_model(), AdaLoraConfig(**{**schedule, "task_type": "CAUSAL_LM", **fields}))


def ranks(model):
    """How many values of each layer are not masked."""
    return [int((value.abs() > 0).sum()) for name, value in model.named_parameters() if "lora_E" in name]


def keep_their_rank(model, rank):
    seen = ranks(model)
    return set(seen) == {rank} and not model.peft_config["default"].rank_pattern, f"ranks {seen}"


def lost_rank(model, total):
    seen = ranks(model)
    pattern = model.peft_config["default"].rank_pattern
    return sum(seen) <= total and bool(pattern), f"ranks {seen}, {len(pattern or {})} layers in the rank pattern"


def started_from(model, rank):
    seen = {parameter.shape[0] for name, parameter in model.named_parameters() if "lora_E" in name}
    return seen == {rank}, f"initial ranks {seen}"


def loop(model, is_driven):
    optimizer = torch.optim.AdamW([parameter for parameter in model.parameters() if parameter.requires_grad], lr=0.05)
    model.train()
    for step in range(8):
        model(input_ids=PROMPT, labels=PROMPT).loss.backward()
        optimizer.step()
        if is_driven:
            model.base_model.update_and_allocate(step)
        optimizer.zero_grad()
    return model


def trains_with_trl():
    needs("trl")
    needs("datasets")


# --- the documented examples


@evidence.claim("Bad, the trainer: after the last step every layer has the rank it started with, and there is no rank pattern")
def bad():
    trains_with_trl()
    return keep_their_rank(evidence.block("Bad", 0)["model"], 12)


@evidence.claim("Bad, r=16: the ranks start at 12")
def bad_rank():
    return started_from(evidence.block("Bad", 1)["model"], 12)


@evidence.claim("Good, the callback: the ranks go down to the budget of 4 a layer")
def good():
    trains_with_trl()
    model = evidence.block("Good", 0)["model"]
    return lost_rank(model, 4 * len(ranks(model)))


@evidence.claim("Good, init_r=16: the ranks start at 16")
def good_rank():
    return started_from(evidence.block("Good", 1)["model"], 16)


# --- why


@evidence.claim("in a loop without update_and_allocate() the ranks stay as well")
def by_hand_without():
    return keep_their_rank(loop(adalora(), False), 6)


@evidence.claim("r other than 8 warns from 0.13 on")
def warning():
    return warned(lambda: AdaLoraConfig(r=16, total_step=100), {IGNORED: since(0, 13)})


@evidence.claim("r=8 never warns, and is ignored")
def no_warning():
    silent = warned(lambda: AdaLoraConfig(r=8, total_step=100), {IGNORED: False})
    model = get_peft_model(base_model(), AdaLoraConfig(r=8, total_step=100, target_modules=["q_proj"]))
    return all_of(silent, started_from(model, 12))


@evidence.claim("where the ranks start with no more than target_r, update_and_allocate() raises RuntimeError")
def no_budget():
    return raises(RuntimeError, lambda: loop(adalora(init_r=8, target_r=8), True))


# --- what looks the same and is right


@evidence.claim("in a loop with update_and_allocate() the ranks go down")
def by_hand():
    return lost_rank(loop(adalora(), True), 8)


# --- the fixes


@evidence.claim("Bad, the trainer, after PEFT Lint's fix: the ranks go down to the budget of 4 a layer")
def bad_fixed():
    trains_with_trl()
    model = evidence.fixed_block(0)["model"]
    return lost_rank(model, 4 * len(ranks(model)))


@evidence.claim("Bad, r=16, after PEFT Lint's fix: the ranks start at 16")
def bad_rank_fixed():
    return started_from(evidence.fixed_block(1)["model"], 16)


evidence.run()
