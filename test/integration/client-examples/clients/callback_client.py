from typing import Callable, Optional
import requests
import json


class BenchmarkClient:
    def __init__(
        self,
        base_url: str = "http://localhost:8765",
        interval: int = 5,
        on_status: Optional[Callable] = None,
        on_progress: Optional[Callable] = None,
        on_task_complete: Optional[Callable] = None,
        on_error: Optional[Callable] = None,
    ):
        self.url = f"{base_url}/api/benchmark-sse?interval={interval}"
        self.on_status = on_status
        self.on_progress = on_progress
        self.on_task_complete = on_task_complete
        self.on_error = on_error

    def connect(self):
        """Connect and start receiving events."""
        response = requests.get(self.url, stream=True, timeout=None)

        event_type = None
        for line in response.iter_lines():
            if line:
                line = line.decode('utf-8')

                if line.startswith('event:'):
                    event_type = line[6:].strip()
                elif line.startswith('data:'):
                    data = json.loads(line[5:].strip())

                    # Call appropriate callback
                    if event_type == 'status' and self.on_status:
                        self.on_status(data)
                    elif event_type == 'progress' and self.on_progress:
                        self.on_progress(data)
                    elif event_type == 'task_complete' and self.on_task_complete:
                        self.on_task_complete(data)
                    elif event_type == 'error' and self.on_error:
                        self.on_error(data)


# Usage example
def handle_status(data):
    print(f"VM is {'ready' if data['waa_ready'] else 'starting'}")

def handle_progress(data):
    print(f"Progress: {data['tasks_completed']}/{data['total_tasks']}")

def handle_completion(data):
    print(f"Task {data['task_id']} completed: {data['success']}")

def handle_error(data):
    print(f"Error: {data['message']}")


client = BenchmarkClient(
    interval=5,
    on_status=handle_status,
    on_progress=handle_progress,
    on_task_complete=handle_completion,
    on_error=handle_error,
)

try:
    client.connect()
except KeyboardInterrupt:
    print("Disconnected")
