"""Asks AWS by the AWS CLI, many times in one process: to start it for each of a
hundred questions takes longer than all the answers. It reads one JSON list of
words a line, as they would stand behind `aws`, and prints for each a JSON object
with the exit code and what was written."""
import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

driver = create_clidriver()
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = driver.main(json.loads(line))
    print(json.dumps({"code": code, "out": out.getvalue(), "err": err.getvalue()}), flush=True)
