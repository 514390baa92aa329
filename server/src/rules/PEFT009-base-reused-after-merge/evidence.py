"""PEFT009: a merge changes the base model for good, and the next adapter comes on top."""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def whole(path):
    return AutoModelForCausalLM.from_pretrained(path)


# --- the documented example


@evidence.claim("Bad: the first result is right, the second is not what the second adapter was trained to be")
def bad():
    evidence.block("Bad")
    return all_of(output_is(whole("out/merged-sft"), "sft"), output_is(whole("out/merged-dpo"), "other"))


@evidence.claim("Good: both results are right")
def good():
    evidence.block("Good", 0)
    return all_of(output_is(whole("out/merged-sft"), "sft"), output_is(whole("out/merged-dpo"), "dpo"))


@evidence.claim("Good, stacked: the result is the sum of both, as Bad's second result is")
def stacked():
    evidence.block("Bad")
    evidence.block("Good", 1)
    return same_output(whole("out/stacked"), whole("out/merged-dpo")), "stacked output == Bad's second output"


# --- what looks the same and is right


@evidence.claim("unload() leaves the base model as it was")
def unloaded():
    base = base_model()
    PeftModel.from_pretrained(base, SFT).unload()
    return output_is(PeftModel.from_pretrained(base, DPO), "dpo")


@evidence.claim("a copy for each adapter")
def copies():
    base = base_model()
    PeftModel.from_pretrained(copy.deepcopy(base), SFT).merge_and_unload()
    return output_is(PeftModel.from_pretrained(copy.deepcopy(base), DPO), "dpo")


@evidence.claim("weights that are put back")
def restored():
    base = base_model()
    weights = copy.deepcopy(base.state_dict())
    PeftModel.from_pretrained(base, SFT).merge_and_unload()
    base.load_state_dict(weights)
    return output_is(PeftModel.from_pretrained(base, DPO), "dpo")


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: both results are right")
def bad_fixed():
    evidence.fixed_block(0)
    return all_of(output_is(whole("out/merged-sft"), "sft"), output_is(whole("out/merged-dpo"), "dpo"))


evidence.run()
