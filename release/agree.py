#!/usr/bin/python3
"""agree.py WORKFLOW STEP...: fails unless the release workflow does these steps, in this order, and nothing of its own.

A step of the workflow either calls release/steps.sh or uses one of the actions below, which the rehearsal has no need of.
"""

import sys

import yaml

ACTIONS = {
    "actions/checkout": "the rehearsal has a tree",
    "actions/upload-artifact": "it builds where it publishes",
    "actions/download-artifact": "it builds where it publishes",
    "sigstore/cosign-installer": "it has a cosign of its own",
}
CALL = "release/steps.sh "
# What the rehearsal sets, the workflow must set as well.
VARIABLES = ["REGISTRY", "OWNER", "RELEASE_TAG", "REPOSITORY_URL", "BUILDER"]


def ordered(jobs):
    """The jobs, each after those that it needs."""
    done = []
    while len(done) < len(jobs):
        ready = [n for n, j in jobs.items() if n not in done and set(needs(j)) <= set(done)]
        if not ready:
            sys.exit(f"the jobs {sorted(set(jobs) - set(done))} need each other, or one that is not there")
        done += ready
    return [jobs[name] for name in done]


def needs(job):
    value = job.get("needs", [])
    return [value] if isinstance(value, str) else value


def main(path, expected):
    with open(path, encoding="utf-8") as file:
        workflow = yaml.safe_load(file)
    problems, called = [], []
    for step in (step for job in ordered(workflow["jobs"]) for step in job["steps"]):
        if "uses" in step:
            if step["uses"].split("@")[0] not in ACTIONS:
                problems.append(f"the rehearsal does not know the action {step['uses']}")
        elif step.get("run", "").startswith(CALL) and "\n" not in step["run"].strip():
            called.append(step["run"].strip().removeprefix(CALL))
        else:
            problems.append(f"a step with shell of its own: {step.get('run')!r}")
        if "if" in step or "continue-on-error" in step:
            problems.append(f"a step that may be left out or may fail: {step}")
    if called != expected:
        problems.append(f"the workflow does {' '.join(called)}; the rehearsal does {' '.join(expected)}")
    problems += [f"{name} is not set at the top" for name in VARIABLES if name not in workflow.get("env", {})]
    sys.exit("\n".join(f"{path}: {problem}" for problem in problems) or 0)


main(sys.argv[1], sys.argv[2:])
