package ai.laconic.benchmarks.peer;

import java.util.Iterator;
import java.util.List;

/** Peers that run. */
public final class PeerSet implements Iterable<Peer>, AutoCloseable {
  private final List<Peer> peers;

  PeerSet(List<Peer> peers) {
    this.peers = List.copyOf(peers);
  }

  @Override
  public Iterator<Peer> iterator() {
    return peers.iterator();
  }

  @Override
  public void close() {
    peers.forEach(Peer::close);
  }
}
