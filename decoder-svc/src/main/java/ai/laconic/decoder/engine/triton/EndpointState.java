package ai.laconic.decoder.engine.triton;

/**
 * What the choice of an endpoint depends on.
 *
 * @param ready whether it answers
 * @param tried whether the generation was there already
 * @param inFlight generations that it has from here
 */
record EndpointState(boolean ready, boolean tried, int inFlight) {
  boolean open() {
    return ready && !tried;
  }
}
