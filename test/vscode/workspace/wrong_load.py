"""The script of huggingface/peft#2115: trained, saved, and loaded onto a model that is wrapped already."""

from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(16, 16)

    def forward(self, x):
        return self.layer(x)


config = LoraConfig(target_modules=["layer"])
model = get_peft_model(Linear(), config)
model = PeftModel.from_pretrained(model, "adapter")
