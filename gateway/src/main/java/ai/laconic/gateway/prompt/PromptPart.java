package ai.laconic.gateway.prompt;

import ai.laconic.gateway.healing.Origin;
import ai.laconic.gateway.healing.Region;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Part;
import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.List;

/** A part of a prompt, checked as far as nothing must be fetched for it. */
sealed interface PromptPart permits PromptPart.Raw, PromptPart.Compress, ContextExcerpt {
  /** Returns what the decoder reads in its place, in order. */
  List<ResolvedPart> resolve(Sources sources);

  /**
   * @param path of the part in the request, for messages: "turns[0].parts[1]"
   */
  static PromptPart of(Part part, String path) {
    return switch (part.getPartCase()) {
      case TEXT -> new Raw(part.getTextBytes());
      case COMPRESS -> {
        if (part.getCompress().isBlank()) {
          throw Problems.invalid(path + ".compress", "white space", "some text");
        }
        yield new Compress(part.getCompressBytes());
      }
      case CONTEXT -> ContextExcerpt.of(part.getContext(), path + ".context");
      case PART_NOT_SET -> throw Problems.invalid(path + ".part", "missing", "a part");
    };
  }

  /** Text that is read token by token. Markers in it are text. */
  record Raw(ByteString text) implements PromptPart {
    @Override
    public List<ResolvedPart> resolve(Sources sources) {
      return List.of(new ResolvedPart.Text(text));
    }
  }

  /** Text that is compressed for this prompt, into one memory region. */
  record Compress(ByteString text) implements PromptPart {
    @Override
    public List<ResolvedPart> resolve(Sources sources) {
      return List.of(
          new ResolvedPart.Latents(new Region(sources.encode(text), new Origin.Inline(text))));
    }
  }

  /** Where parts get from what they don't hold themselves. */
  interface Sources {
    /** Returns a context of the prompt. */
    Context context(String id);

    /** Returns the source text of segments, in the order asked for. */
    List<ByteString> texts(String contextId, Collection<Integer> segments);

    /** Has text compressed. */
    List<LatentRef> encode(ByteString text);
  }
}
