package ai.laconic.decoder.engine.triton;

/**
 * What the choice of an endpoint depends on.
 *
 * @param ready whether it answers
 * @param tried whether the generation was there already
 * @param inFlight generations that it has from here
 * @param limit most generations that it may have from here
 */
record EndpointState(boolean ready, boolean tried, int inFlight, int limit) {
  boolean open() {
    return ready && !tried && inFlight < limit;
  }
}
