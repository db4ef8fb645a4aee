"""A worker and its broker: neither is deaf for good when the other goes away."""

import logging
import warnings
from typing import Any

from celery.exceptions import CPendingDeprecationWarning
from celery.worker import consumer
from celery.worker.state import maybe_shutdown
from kombu.transport import redis, virtual

from changes.breaker import Breaker

log = logging.getLogger(__name__)

_RECONNECT_SECONDS = 2
# Of this process, for its consumer and its clock: one of them says that the broker went, and one that it is back.
broker = Breaker("broker", rest=0, patience=0)
# Celery's own lines say the same, at each try.
logging.getLogger("celery.worker.consumer").setLevel(logging.ERROR)


class QoS(redis.QoS):
    """Counts the messages in a worker's hands.

    kombu goes on counting one whose end it could not tell a broker that was away. A worker that takes one message at a
    time believes for ever to be busy then, and asks for none. Forgotten here, the message comes again after its
    visibility timeout, and finds its job done.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except redis.Transport.connection_errors as error:
            self._forget(delivery_tag, error)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        except redis.Transport.connection_errors as error:
            self._forget(delivery_tag, error)

    def _forget(self, delivery_tag: str, error: Exception) -> None:
        log.info("The broker could not be told of a message's end (%s)", type(error).__name__)
        virtual.QoS.ack(self, delivery_tag)


redis.Channel.QoS = QoS


class Consumer(consumer.Consumer):
    """Celery's own, but for two things: it is back two seconds after the broker, however long that was away (Celery
    waits longer each time, up to 32 s), and says once that it went and once that it is back.
    """

    def ensure_connected(self, conn: Any) -> Any:
        def note(error: Exception, interval: float) -> None:
            broker.failed(error)

        seconds = _RECONNECT_SECONDS
        connected = conn.ensure_connection(
            note, None, interval_start=seconds, interval_step=0, interval_max=seconds, callback=maybe_shutdown
        )
        broker.answered()
        self.first_connection_attempt = False
        return connected

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        # It would advise of a setting that we have set.
        with warnings.catch_warnings(action="ignore", category=CPendingDeprecationWarning):
            super().on_connection_error_after_connected(exc)
