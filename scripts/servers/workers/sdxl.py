"""Runs Runpod's handler for SDXL with pipelines that draw plain colours: python sdxl.py HANDLER

The handler, its checks, its schedulers and diffusers' loading of images are real. The pipelines are not: they would need
14 GB of weights and a GPU. They refuse what diffusers refuses, with its words.
"""

import pathlib
import runpy
import sys
from types import SimpleNamespace

import diffusers
import torch
from PIL import Image


class Pipeline:
    def __init__(self):
        self.scheduler = diffusers.DDIMScheduler()

    @classmethod
    def from_pretrained(cls, *_, **__):
        return cls()

    def to(self, _):
        return self

    def enable_xformers_memory_efficient_attention(self):
        pass

    def enable_model_cpu_offload(self):
        pass


class Base(Pipeline):
    def __call__(self, prompt, height, width, num_images_per_prompt, **_):
        if height % 8 != 0 or width % 8 != 0:
            raise ValueError(f"`height` and `width` have to be divisible by 8 but are {height} and {width}.")
        if prompt is None:
            raise ValueError(
                "Provide either `prompt` or `prompt_embeds`. Cannot leave both `prompt` and `prompt_embeds` undefined."
            )
        if height * width > 4096 * 4096:
            raise RuntimeError("CUDA out of memory. Tried to allocate 64.00 GiB.")
        return SimpleNamespace(images=torch.zeros(num_images_per_prompt, 4, height // 8, width // 8))


class Refiner(Pipeline):
    def __call__(self, image, generator, strength, **_):
        if not 0 <= strength <= 1:
            raise ValueError(f"The value of strength should in [0.0, 1.0] but is {strength}")
        is_latent = isinstance(image, torch.Tensor)
        size = (image.shape[3] * 8, image.shape[2] * 8) if is_latent else image.size
        count = image.shape[0] if is_latent else 1
        colours = torch.randint(256, (count, 3), generator=generator).tolist()
        return SimpleNamespace(images=[Image.new("RGB", size, tuple(colour)) for colour in colours])


diffusers.AutoencoderKL = Pipeline
diffusers.StableDiffusionXLPipeline = Base
diffusers.StableDiffusionXLImg2ImgPipeline = Refiner
handler = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(handler.parent))
runpy.run_path(str(handler), run_name="__main__")
