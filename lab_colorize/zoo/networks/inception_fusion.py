"""R2's fusion: the baseline's encoder says where, Inception-ResNet-v2 says what; after Baldassarre et al. (2017).

The report fixes the feature extractor and leaves open which features: here the mean over places of the last 1,536
maps, which needs no top. It looks at side 299, which its weights were made for, whatever side the encoder sees; MSE and
150 epochs are R2's, Adam at 1e-3 is usual.
"""

import keras
from keras import layers, ops

from lab_colorize.zoo.encoders import ENCODER, inception_resnet_v2
from lab_colorize.zoo.networks.lab_autoencoder import decoder, encoder

EYE = 299  # Inception-ResNet-v2's side on ImageNet; at least 75


def build(side: int | None, encoder_weights: str) -> keras.Model:
    """What is seen in the whole picture is laid beside every place of the code.

    lightness (N, side, side, 1) in [-1, 1] -> ab (N, side, side, 2) in [-1, 1]
    """
    lightness = keras.Input((side, side, 1), name="lightness")
    code = encoder(lightness)

    eye = layers.Resizing(EYE, EYE, name="eye")(lightness)
    (seen,) = inception_resnet_v2(eye, encoder_weights, ("conv_7b_ac",))
    features = layers.GlobalAveragePooling2D(keepdims=True, name="features")(seen)

    fused = layers.Concatenate(name="fusion")([code, Everywhere()([features, code])])
    fused = layers.Conv2D(256, 1, activation="relu", name="fused")(fused)
    network = keras.Model(lightness, decoder(fused), name="inception_fusion")
    network.get_layer(ENCODER).trainable = False  # a fixed extractor; its row keeps it frozen for all epochs
    return network


@keras.saving.register_keras_serializable("lab_colorize")
class Everywhere(layers.Layer):
    """Features (N, 1, 1, C) repeated at every place of a map (N, h, w, any): (N, h, w, C), for any h and w."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """By multiplication with ones, since every backend and LiteRT broadcast that at sides known only later."""
        features, places = inputs
        return features * ops.ones_like(places[..., :1])
