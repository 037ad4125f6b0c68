package ai.laconic.gateway.pool;

import ai.laconic.v1.Model;

/**
 * One model of a pool at one moment.
 *
 * @param encoderReady whether an encoder replica serves it
 * @param decoderReady whether a decoder replica serves it
 */
record ModelState(Model model, boolean encoderReady, boolean decoderReady) {
  boolean ready() {
    return encoderReady && decoderReady;
  }

  String fingerprint() {
    return model.getFingerprint();
  }
}
