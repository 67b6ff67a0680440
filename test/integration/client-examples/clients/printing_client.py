import requests
import json
from datetime import datetime


class BenchmarkMonitor:
    def __init__(self, base_url: str = "http://localhost:8765", interval: int = 5):
        self.url = f"{base_url}/api/benchmark-sse?interval={interval}"
        self.running = False

    def start(self):
        """Start monitoring benchmark updates."""
        self.running = True
        response = requests.get(self.url, stream=True, timeout=None)

        event_type = None
        for line in response.iter_lines():
            if not self.running:
                break

            if line:
                line = line.decode('utf-8')

                if line.startswith('event:'):
                    event_type = line[6:].strip()
                elif line.startswith('data:'):
                    data = json.loads(line[5:].strip())
                    self._handle_event(event_type, data)

    def _handle_event(self, event_type: str, data: dict):
        """Handle incoming SSE event."""
        timestamp = datetime.now().strftime("%H:%M:%S")

        if event_type == 'status':
            self._on_status(timestamp, data)
        elif event_type == 'progress':
            self._on_progress(timestamp, data)
        elif event_type == 'task_complete':
            self._on_task_complete(timestamp, data)
        elif event_type == 'error':
            self._on_error(timestamp, data)

    def _on_status(self, timestamp: str, data: dict):
        """Handle VM status event."""
        status = "Ready" if data['waa_ready'] else f"Starting ({data['phase']})"
        print(f"[{timestamp}] VM Status: {status}")

    def _on_progress(self, timestamp: str, data: dict):
        """Handle progress event."""
        completed = data['tasks_completed']
        total = data['total_tasks']
        task = data['current_task']
        step = data['current_step']
        print(f"[{timestamp}] Progress: {completed}/{total} tasks | Current: {task} (step {step})")

    def _on_task_complete(self, timestamp: str, data: dict):
        """Handle task completion event."""
        task_id = data['task_id']
        success = data['success']
        score = data.get('score', 'N/A')
        print(f"[{timestamp}] Task Complete: {task_id} | Success: {success} | Score: {score}")

    def _on_error(self, timestamp: str, data: dict):
        """Handle error event."""
        print(f"[{timestamp}] ERROR: {data['message']}")

    def stop(self):
        """Stop monitoring."""
        self.running = False


if __name__ == "__main__":
    monitor = BenchmarkMonitor(interval=5)
    try:
        monitor.start()
    except KeyboardInterrupt:
        print("\nStopped by user")
        monitor.stop()
