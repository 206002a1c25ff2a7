"""The network as a sculpture: units pulled together by importance, edges gathered into cables. No TensorFlow here."""
