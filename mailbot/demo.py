"""stub"""
def play(out, keep, *, is_fast): return 0
