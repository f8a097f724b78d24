"""placeholder"""
def step(side, stage, precision):
    return {"fp32": 1.0}
