package ai.laconic.runtime.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the files of a model are: in the directory that was named, or in its newest {@code
 * checkpoint_N}, which may leave {@code model_config.json} to its parent.
 *
 * @param root the directory with encoder, decoder and adapter
 */
record Layout(Path root) {
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint_([0-9]{1,18})");

  static Layout of(Path directory) throws IOException, ModelDirectoryException {
    Path absolute = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(absolute)) {
      throw new ModelDirectoryException(
          absolute.toString(), "", "no directory", "a directory with " + LatentConfig.FILE);
    }
    if (Files.isDirectory(absolute.resolve("encoder"))) {
      return new Layout(absolute);
    }
    try (Stream<Path> children = Files.list(absolute)) {
      return new Layout(
          children
              .filter(child -> checkpoint(child).isPresent() && Files.isDirectory(child))
              .max(Comparator.comparing(child -> checkpoint(child).orElseThrow()))
              .orElse(absolute));
    }
  }

  /** Returns the name of the model: a folder called {@code checkpoint_N} has its parent's. */
  String name() {
    Path named = checkpoint(root).isPresent() ? root.getParent() : root;
    Path name = named == null ? null : named.getFileName();
    return name == null ? "model" : name.toString();
  }

  Path modelConfig() {
    Path own = root.resolve(LatentConfig.FILE);
    Path parent = root.getParent();
    return Files.exists(own) || parent == null || checkpoint(root).isEmpty()
        ? own
        : parent.resolve(LatentConfig.FILE);
  }

  Path file(String location) {
    return root.resolve(location);
  }

  JsonFile json(String location) throws IOException, ModelDirectoryException {
    return JsonFile.read(file(location), location);
  }

  Optional<JsonFile> jsonIfThere(String location) throws IOException, ModelDirectoryException {
    return Files.exists(file(location)) ? Optional.of(json(location)) : Optional.empty();
  }

  /** Returns the configs and tokenizers that decide what the model computes, by their location. */
  Map<String, Path> textFiles() {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put(LatentConfig.FILE, modelConfig());
    for (String part : new String[] {"encoder/", "decoder/"}) {
      for (String name :
          new String[] {
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja"
          }) {
        if (Files.exists(file(part + name))) {
          files.put(part + name, file(part + name));
        }
      }
    }
    return files;
  }

  private static Optional<Long> checkpoint(Path directory) {
    Path name = directory.getFileName();
    Matcher matcher = CHECKPOINT.matcher(name == null ? "" : name.toString());
    return matcher.matches() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
  }
}
