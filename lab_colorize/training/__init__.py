"""From a folder of colour photographs to an exported model. Keras 3 on any backend; TensorFlow only to export."""
