"""PEFT007: the config of a trained adapter makes a new one; its weights have to be loaded."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)
PeftConfig = peft.PeftConfig


def made(path=SFT, **fields):
    """A model from the config that is saved beside a trained adapter."""
    config = PeftConfig.from_pretrained(path)
    for name, value in fields.items():
        setattr(config, name, value)
    return get_peft_model(base_model(), config)


# --- the documented examples


@evidence.claim("Bad: the output is the base model's")
def bad():
    names = evidence.block("Bad")
    expected = base_model().generate(input_ids=PROMPT, max_new_tokens=8, do_sample=False)
    return all_of(output_is(names["model"], "base"), (torch.equal(names["answer"], expected), "the base model's text"))


@evidence.claim("Bad: no warning is given")
def no_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made()
    texts = [str(warning.message)[:80] for warning in caught if "peft" in str(warning.filename)]
    return not texts, f"{len(texts)} warnings of PEFT {texts}"


@evidence.claim("Bad: no parameter is trainable")
def frozen():
    return trainable_is(made(), False)


@evidence.claim("Good: the output is the adapter's")
def good():
    return output_is(evidence.block("Good", 0)["model"], "sft")


@evidence.claim("Good, weights put in: the output is the adapter's")
def weights():
    return output_is(evidence.block("Good", 1)["model"], "sft")


# --- the same in other ways


@evidence.claim("merged, it is the base model")
def merged():
    return output_is(made().merge_and_unload(), "base")


@evidence.claim("saved and loaded, it computes what the base model computes")
def saved():
    made().save_pretrained("out/copy")
    return output_is(PeftModel.from_pretrained(base_model(), "out/copy"), "base")


@evidence.claim("the class of the wrapper makes a new adapter as well")
def by_class():
    return output_is(peft.PeftModelForCausalLM(base_model(), PeftConfig.from_pretrained(SFT)), "base")


@evidence.claim("so does inject_adapter_in_model()")
def injected():
    return output_is(peft.inject_adapter_in_model(PeftConfig.from_pretrained(SFT), base_model()), "base")


# --- what looks the same and is right


@evidence.claim("config=: the weights are loaded with a config that was read before")
def with_config():
    config = PeftConfig.from_pretrained(SFT)
    return output_is(PeftModel.from_pretrained(base_model(), SFT, config=config), "sft")


@evidence.claim("load_adapter() under the same name loads the weights")
def load_adapter():
    model = made()
    model.load_adapter(SFT, "default")
    return output_is(model, "sft")


@evidence.claim("with inference_mode=False it is a new adapter that can be trained")
def afresh():
    model = made(inference_mode=False)
    return all_of(trainable_is(model, True), trains(model))


@evidence.claim("transformers' own add_adapter() leaves it trainable")
def own():
    model = base_model()
    try:
        model.add_adapter(PeftConfig.from_pretrained(SFT))
    except Exception as error:
        raise Skip(f"transformers {transformers.__version__} needs a newer PEFT to add adapters: {error}") from error
    return trainable_is(model, True)


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the output is the adapter's")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "sft")


evidence.run()
