"""One network a file, each a function `build` in Keras's functional API that reads like its figure."""
