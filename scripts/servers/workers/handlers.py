"""Handlers of every kind, with Runpod's worker SDK: python handlers.py KIND"""
import asyncio
import os
import sys
import time

import runpod


class Unusual(Exception):
    pass


def plain(job):
    job_input = job["input"]
    if "raise" in job_input:
        raise Unusual(job_input["raise"])
    if "raise_nested" in job_input:
        try:
            raise KeyError("weights")
        except KeyError as error:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB") from error
    if "exit_once" in job_input and not os.path.exists(job_input["exit_once"]):
        open(job_input["exit_once"], "w").close()
        os._exit(3)
    for number in range(job_input.get("steps", 0)):
        runpod.serverless.progress_update(job, {"step": number + 1, "of": job_input["steps"]})
        time.sleep(0.4)
    time.sleep(job_input.get("seconds", 0))
    if job_input.get("bytes_output"):
        return {"data": b"no JSON"}
    return job_input.get("return")


def generator(job):
    for item in job["input"]["yield"]:
        if item == "raise":
            raise Unusual("broke in the middle")
        if job["input"].get("seconds"):
            time.sleep(job["input"]["seconds"])
        yield item


async def async_generator(job):
    for item in job["input"]["yield"]:
        await asyncio.sleep(0)
        yield item


async def asynchronous(job):
    await asyncio.sleep(job["input"].get("seconds", 0))
    return job["input"].get("return")


runpod.serverless.start({
    "plain": {"handler": plain},
    "asynchronous": {"handler": asynchronous, "concurrency_modifier": lambda current: 8},
    "generator": {"handler": generator},
    "aggregate": {"handler": generator, "return_aggregate_stream": True},
    "async-generator": {"handler": async_generator, "return_aggregate_stream": True},
    "refresh": {"handler": plain, "refresh_worker": True},
}[sys.argv[1]])
