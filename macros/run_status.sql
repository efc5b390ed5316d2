{% macro begin_run_status() %}
  {#- First of all: a run that is killed, or refused before its first model, leaves this. -#}
  {%- if execute and publishes() -%}
    {%- do write_run_status("unfinished", "The run was stopped before its end, or refused "
        ~ "before its first model; its own messages say why.", again()) -%}
  {%- endif -%}
{% endmacro %}

{% macro end_run_status(results) %}
  {#- Last of all: one line for whoever is on call, and the same for a machine. -#}
  {%- if execute and publishes() -%}
    {%- set release, first = [], [] -%}
    {%- for result in results -%}
      {%- if result.status in ("error", "fail") -%} {%- do first.append(result) -%}
      {%- elif result.node.name == "release" -%} {%- do release.append(result) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- if release and release[0].status == "success" and not first -%}
      {%- do say_published(release[0].node) -%}
    {%- elif release and release[0].status == "success" -%}
      {%- do write_run_status("incomplete", first_reason(first), again()) -%}
    {%- else -%}
      {%- do write_run_status("failed", first_reason(first), again()) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{% macro publishes() %}
  {#- Is this a run that should end with a release? -#}
  {{ return("model." ~ project_name ~ ".release" in selected_resources) }}
{% endmacro %}

{% macro again() %}
  {{ return("Mend the cause and run the same command again; nothing else needs repair.") }}
{% endmacro %}

{% macro first_reason(failed) %}
  {#- The sentence that says what is wrong: ours if one stopped the run, else dbt's. -#}
  {%- for result in failed if "Stop: " in result.message | string -%}
    {{ return(modules.re.split("\n\s*(?:>|\n)", result.message.split("Stop: ")[-1])[0]) }}
  {%- endfor -%}
  {%- for result in failed[:1] -%}
    {%- set meaning = result.node.description if result.node.resource_type == "test" -%}
    {%- set said = result.message | string | trim -%}
    {%- set said = said.split("\n") | last if "Traceback" in said else said -%}
    {%- set is_csv = "Error when sniffing file" in said or "CSV Error" in said -%}
    {%- set said = unreadable_csv() ~ said if is_csv else said -%}
    {{ return(result.node.name ~ " failed: " ~ (meaning or said) ~ found_in_seed(result)) }}
  {%- endfor -%}
  {{ return("The release was skipped.") }}
{% endmacro %}

{% macro unreadable_csv() %}
  {#- DuckDB does not say which file it could not read. -#}
  {%- set paths = sources() | map(attribute="path") | unique | join("' or '") -%}
  {{ return("a CSV file of '" ~ paths ~ "' cannot be read with these settings; "
            ~ "`python -m ml doctor PATH` says which and why. ") }}
{% endmacro %}

{% macro found_in_seed(result) %}
  {#- The first row that a failed test of a seed has found: what an analyst must mend. No
      other test is asked, for its rows may be customers. -#}
  {%- set seeds = result.node.depends_on.nodes | join(" ") -%}
  {%- if result.status != "fail" or "seed." not in seeds -%} {{ return("") }} {%- endif -%}
  {%- set found = run_query("from (" ~ result.node.compiled_code ~ "\n) limit 1") -%}
  {%- set words = [] -%}
  {%- for name, value in zip(found.column_names, found.rows[0]) if value is not none -%}
    {%- do words.append(name ~ " " ~ value) -%}
  {%- endfor -%}
  {{ return(" Found: " ~ words | join(", ") ~ "." if words else "") }}
{% endmacro %}

{% macro say_published(release) %}
  {#- What the release holds, and where it lies. -#}
  {%- set run = adapter.get_relation(release.database, release.schema, "this_run") -%}
  {%- set row = run_query(
    "select run.as_of_date, run.line_count, run.rejected_line_count, release.row_count, "
    ~ "release.path, release.is_current from " ~ run ~ " as run cross join "
    ~ release.relation_name ~ " as release where release.mart = 'customer_value'"
  ).rows[0] -%}
  {%- set said = "as of " ~ row[0] ~ ": " ~ "{:,}".format(row[3])
      ~ (" customer" if row[3] == 1 else " customers") ~ " scored, "
      ~ "{:,}".format(row[2] | int) ~ " of " ~ "{:,}".format(row[1] | int)
      ~ " lines set aside, in " ~ row[4] -%}
  {%- if row[5] -%}
    {%- do write_run_status("published", said, "Nothing to do.") -%}
  {%- else -%}
    {%- do write_run_status("kept", said, "Nothing to do: a release of a newer day stays "
        ~ "the current one, and this one is in the history.") -%}
  {%- endif -%}
{% endmacro %}

{% macro write_run_status(status, said, next_step) %}
  {#- run_status.json in the shop's home, replaced in one step; and the line on the screen. -#}
  {%- set words = {"published": "Published", "kept": "Added to the history",
      "incomplete": "Published, but what came after the release failed",
      "failed": "Nothing was published; the last release stays"} -%}
  {%- set said = modules.re.sub("\\s+", " ", said) -%}
  {%- if status in words -%}
    {%- do log(words[status] ~ ": " ~ said, info=true) -%}
    {%- if status in ("failed", "incomplete") -%} {%- do log("Next: " ~ next_step, info=true) -%} {%- endif -%}
  {%- endif -%}
  {%- do run_query(
    "copy (select '" ~ status ~ "' as status, '" ~ said | replace("'", "''")
    ~ "' as message, '" ~ next_step | replace("'", "''") ~ "' as next_step, '"
    ~ invocation_id ~ "' as run_id, '"
    ~ run_started_at.strftime("%Y-%m-%dT%H:%M:%SZ") ~ "' as started_at) to '"
    ~ env_var("SCORING_HOME", ".") | replace("'", "''") ~ "/run_status.json' (format json)"
  ) -%}
{% endmacro %}
