"""The report of huggingface/peft#2115: a trained adapter that is loaded, and is not there.

A linear model gets a LoRA adapter, is trained and saved. Then the adapter is loaded twice: once onto a model that was
wrapped by `get_peft_model` first (no error, and the output of the untrained model), once onto the plain base model.

    python issue_2115.py
"""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn

ADAPTER = "out/issue-2115"

config = LoraConfig(r=4, lora_alpha=8, target_modules=["linear1", "linear2"])


class LinearModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(10, 10)
        self.linear2 = nn.Linear(10, 1)

    def forward(self, x):
        return self.linear2(self.linear1(x))


def make_base():
    """The same base model at every call, as a checkpoint on the Hub would be."""
    torch.manual_seed(0)
    return LinearModel().eval()


def train_and_save(inputs, targets):
    model = get_peft_model(make_base(), config)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    model.train()
    for _ in range(200):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
    model.eval()
    model.save_pretrained(ADAPTER)
    return model


def load_the_wrong_way():
    model = make_base()
    model = get_peft_model(model, config)
    model = PeftModel.from_pretrained(model, ADAPTER)
    return model.eval()


def load_the_right_way():
    model = make_base()
    model = PeftModel.from_pretrained(model, ADAPTER)
    return model.eval()


def main():
    torch.manual_seed(1)
    inputs = torch.randn(64, 10)
    targets = inputs.sum(dim=1, keepdim=True)
    with torch.no_grad():
        untrained = make_base()(inputs)
    trained = train_and_save(inputs, targets)
    with torch.no_grad():
        expected = trained(inputs)
        for name, load in (("wrong", load_the_wrong_way), ("right", load_the_right_way)):
            output = load()(inputs)
            print(
                f"the {name} way: equals the base model {torch.allclose(output, untrained, atol=1e-5)}, "
                f"equals the trained model {torch.allclose(output, expected, atol=1e-5)}"
            )


if __name__ == "__main__":
    main()
