"""Print the OpenAPI of the management API as the server has it: `npm run api` turns it into types."""

import json

from liftloop.api.server import management_api

print(json.dumps(management_api("0").openapi(), ensure_ascii=False, indent=1, sort_keys=True))
