package ai.laconic.gateway.prompt;

import io.grpc.StatusRuntimeException;
import java.util.List;

/** A decoder could not read a prompt, since blocks of it are not in the cache. */
final class MissingLatentsException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<String> latentIds;

  /**
   * @param latentIds of these blocks
   * @param cause how the decoder's call ended
   */
  MissingLatentsException(List<String> latentIds, StatusRuntimeException cause) {
    super(latentIds.size() + " blocks are missing", cause);
    this.latentIds = List.copyOf(latentIds);
  }

  List<String> latentIds() {
    return latentIds;
  }
}
