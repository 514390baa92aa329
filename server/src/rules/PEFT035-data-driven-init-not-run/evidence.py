"""PEFT035: initialisations from data that never get to see any."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def wrap(init, seed=0, **fields):
    if init == "eva" and not since(0, 14):
        raise Skip("EVA came with 0.14")
    if init == "lora_ga" and not since(0, 19):
        raise Skip("LoRA-GA came with 0.19")
    base = base_model()
    torch.manual_seed(seed)
    return get_peft_model(base, lora_config(init_lora_weights=init, **fields))


def weights(model, part):
    return [parameter.detach().clone() for name, parameter in model.named_parameters() if f"lora_{part}" in name]


def equal(first, second):
    return all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def is_random(init):
    """Another seed, other weights; and nothing of them comes from the model."""
    first, second = wrap(init, seed=1), wrap(init, seed=2)
    limit = 1 / base_model().config.hidden_size**0.5
    inside = all(bool((tensor.abs() <= limit).all()) for tensor in weights(first, "A"))
    return all_of(
        (not equal(weights(first, "A"), weights(second, "A")), "two seeds, two adapters"),
        (inside, "lora_A as a fresh linear layer begins"),
        (all(not tensor.any() for tensor in weights(first, "B")), "lora_B is zero"),
        output_is(first, "base"),
        trains(first),
    )


# --- the documented examples


@evidence.claim("Bad: it trains to the end, from lora_B zero and a lora_A that is random")
def bad():
    if not since(0, 14):
        raise Skip("EVA came with 0.14")
    needs("trl")
    model = evidence.block("Bad")["trainer"].model
    return all(tensor.any() for tensor in weights(model, "B")), "lora_B was trained"


@evidence.claim("Good, EVA: the weights come from the data, whatever the seed")
def good_eva():
    if not since(0, 14):
        raise Skip("EVA came with 0.14")
    torch.manual_seed(1)
    first = evidence.block("Good", 0)["model"]
    torch.manual_seed(2)
    second = evidence.block("Good", 0)["model"]
    close = all(
        torch.allclose(one.abs(), other.abs(), atol=1e-3) for one, other in zip(weights(first, "A"), weights(second, "A"))
    )
    return all_of((close, "two seeds, one adapter"), trains(first))


@evidence.claim("Good, LoRA-GA: the weights come from the gradients, so that lora_B is not zero")
def good_lora_ga():
    if not since(0, 19):
        raise Skip("LoRA-GA came with 0.19")
    model = evidence.block("Good", 1)["model"]
    nonzero = all(tensor.any() for tensor in weights(model, "B"))
    return all_of((nonzero, "lora_B is not zero"), trains(model))


# --- why


@evidence.claim("eva alone: the adapter begins like any other")
def eva():
    return is_random("eva")


@evidence.claim("lora_ga alone: the adapter has the very weights of the default initialisation, and nothing is said")
def lora_ga():
    plain = wrap(True)
    model = wrap("lora_ga")
    return all_of(
        (equal(weights(model, "A"), weights(plain, "A")), "lora_A as by default"),
        (equal(weights(model, "B"), weights(plain, "B")), "lora_B as by default"),
        warned(lambda: wrap("lora_ga"), {"": False}),
        trains(model),
    )


@evidence.claim("corda alone: the wrap raises ValueError")
def corda():
    if not since(0, 15):
        raise Skip("CorDA came with 0.15")
    return raises(ValueError, lambda: wrap("corda"))


@evidence.claim("corda after preprocess_corda: the model is wrapped, and trains")
def corda_run():
    if not since(0, 15):
        raise Skip("CorDA came with 0.15")
    from peft.tuners.lora.config import CordaConfig
    from peft.tuners.lora.corda import preprocess_corda

    base = base_model()
    config = lora_config(init_lora_weights="corda", corda_config=CordaConfig(corda_method="kpm"))
    batches = torch.randint(3, 60, (40, 1, 16), generator=torch.Generator().manual_seed(0))

    def run():
        for batch in batches:
            base(input_ids=batch)

    preprocess_corda(base, config, run_model=run)
    return trains(get_peft_model(base, config))


# --- what looks the same and is right


@evidence.claim("pissa, olora and orthogonal need no data: their weights are not those of the default initialisation")
def from_weights():
    if not since(0, 16):
        raise Skip("orthogonal came with 0.16")
    plain = weights(wrap(True), "A")
    return all_of(*((not equal(weights(wrap(init), "A"), plain), init) for init in ("pissa", "olora", "orthogonal")))


evidence.run()
