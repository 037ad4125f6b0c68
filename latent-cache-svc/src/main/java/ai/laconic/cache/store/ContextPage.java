package ai.laconic.cache.store;

import ai.laconic.v1.Context;
import java.util.List;
import java.util.Optional;

/**
 * Some of a tenant's contexts.
 *
 * @param contexts newest first, without segments
 * @param next position of the last of them if there are more
 */
public record ContextPage(List<Context> contexts, Optional<ListPosition> next) {
  public ContextPage {
    contexts = List.copyOf(contexts);
  }
}
