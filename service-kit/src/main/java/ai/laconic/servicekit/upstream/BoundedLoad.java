package ai.laconic.servicekit.upstream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Which replica takes a call that has an affinity: consistent hashing with bounded loads (Mirrokni,
 * Thorup and Zadimoghaddam, 2018).
 *
 * <p>Every affinity has the replicas in an order of its own, by rendezvous hashing: each is weighed
 * by a hash of the affinity's key and its address. The heaviest takes the call unless it is loaded:
 * busy to the last place, with more than its share of the calls in flight. Then it is the next in
 * the order. So a replica that goes moves its own calls and no others, and all callers agree
 * without a word.
 */
final class BoundedLoad {
  /** A replica's share is five quarters of the average, rounded up. */
  private static final long SHARE = 5;

  private static final long OF_AVERAGE = 4;

  private BoundedLoad() {}

  /**
   * A replica that may be chosen.
   *
   * @param address the same for all callers
   * @param inFlight its calls
   */
  record Candidate(String address, int inFlight) {}

  /** Returns the index of the replica that takes one more call; there is at least one. */
  static int choose(Affinity affinity, List<Candidate> replicas) {
    long bound = bound(affinity.room(), replicas);
    int chosen = -1;
    for (int i = 0; i < replicas.size(); i++) {
      if (replicas.get(i).inFlight() < bound
          && (chosen < 0 || precedes(affinity.key(), replicas.get(i), replicas.get(chosen)))) {
        chosen = i;
      }
    }
    // Above the average there is room: whoever has least is below the bound.
    return chosen;
  }

  /**
   * Returns the most calls that a replica may have once one more is in flight. Where there are few,
   * the average says nothing: a replica that still has room is the better place however idle the
   * others are.
   */
  static long bound(int room, List<Candidate> replicas) {
    long calls = 1 + replicas.stream().mapToLong(Candidate::inFlight).sum();
    long parts = OF_AVERAGE * replicas.size();
    return Math.max(room, (SHARE * calls + parts - 1) / parts);
  }

  private static boolean precedes(String key, Candidate one, Candidate other) {
    int heavier = Long.compareUnsigned(weight(key, one.address()), weight(key, other.address()));
    return heavier > 0 || (heavier == 0 && one.address().compareTo(other.address()) < 0);
  }

  /** Callers of any version must agree on it, so it is a digest that everyone has. */
  private static long weight(String key, String address) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(address.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(key.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
