"""One device or many: where a network's variables live, and how a batch is shared out among them.

With `distribute`, all GPUs of this machine in this one process: TensorFlow's mirrored strategy, or Keras's data
parallelism on JAX. Every device takes an equal part of each batch, so the weights are those that one device would
come to, but for batch statistics. Several machines are not supported: a run has one folder and one process.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras

from lab_colorize.errors import UsageProblem


class Devices:
    """The one device that the backend chooses by itself."""

    count = 1

    def scope(self) -> AbstractContextManager[Any]:
        """Where networks must be built and optimisers made."""
        return nullcontext()

    def step(self, learner: keras.Model, seen: Any, target: Any) -> dict[str, float]:
        """One step of training, and its losses by name."""
        losses = learner.train_on_batch(seen, target, return_dict=True)
        return {name: float(loss) for name, loss in losses.items()}


class JaxDevices(Devices):
    """All of JAX's devices, by `keras.distribution`; it shares out the batches itself."""

    def __init__(self) -> None:
        names = keras.distribution.list_devices()
        self.count = len(names)
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=names))


class TensorFlowDevices(Devices):
    """All devices of TensorFlow's mirrored strategy, each with a copy of the variables."""

    def __init__(self) -> None:
        import tensorflow as tf

        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        names = [device.name for device in tf.config.list_logical_devices(kind)]
        self._strategy = tf.distribute.MirroredStrategy(names)
        self.count = int(self._strategy.num_replicas_in_sync)

    def scope(self) -> AbstractContextManager[Any]:
        """Where every device gets its copy of a variable."""
        scope: AbstractContextManager[Any] = self._strategy.scope()
        return scope

    def step(self, learner: keras.Model, seen: Any, target: Any) -> dict[str, float]:
        """One step that all devices take together; losses are their mean."""
        with self._strategy.scope():
            if not learner.optimizer.built:  # variables cannot be made within a replica
                learner.optimizer.build(learner.trainable_variables)
            learner.make_train_function()
            learner.reset_metrics()
            losses = learner.train_function(iter([(self._shared(seen), self._shared(target))]))
        return {name: float(loss) for name, loss in losses.items()}

    def _shared(self, values: Any) -> Any:
        """Each replica's part of an array or of a pair of arrays."""
        if isinstance(values, tuple):
            return tuple(self._shared(value) for value in values)

        def part(context: Any) -> Any:
            size = len(values) // self.count
            start = context.replica_id_in_sync_group * size
            return keras.ops.convert_to_tensor(values[start : start + size])

        return self._strategy.experimental_distribute_values_from_function(part)


def devices_for(*, distribute: bool, batch_size: int) -> Devices:
    """What a run computes on."""
    if not distribute:
        return Devices()
    backend = keras.backend.backend()
    if backend not in KINDS:
        raise UsageProblem(
            f"Training on several devices is not possible with the {backend} backend.",
            remedy="Set KERAS_BACKEND to tensorflow or jax.",
        )
    devices = KINDS[backend]()
    if batch_size % devices.count:
        raise UsageProblem(
            f"A batch of {batch_size} cannot be shared out equally among {devices.count} devices.",
            remedy=f"Choose a --batch-size that is a multiple of {devices.count}.",
        )
    return devices


KINDS: dict[str, type[Devices]] = {"tensorflow": TensorFlowDevices, "jax": JaxDevices}
