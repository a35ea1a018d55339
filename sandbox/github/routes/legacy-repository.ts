/** Parts of a repository's URL that GitHub names one by one, each as `<name>_url`. */
const repositoryParts = [
  ["archive", "{archive_format}{/ref}"],
  ["assignees", "assignees{/user}"],
  ["blobs", "git/blobs{/sha}"],
  ["branches", "branches{/branch}"],
  ["collaborators", "collaborators{/collaborator}"],
  ["comments", "comments{/number}"],
  ["commits", "commits{/sha}"],
  ["compare", "compare/{base}...{head}"],
  ["contents", "contents/{+path}"],
  ["contributors", "contributors"],
  ["deployments", "deployments"],
  ["downloads", "downloads"],
  ["events", "events"],
  ["forks", "forks"],
  ["git_commits", "git/commits{/sha}"],
  ["git_refs", "git/refs{/sha}"],
  ["git_tags", "git/tags{/sha}"],
  ["hooks", "hooks"],
  ["issue_comment", "issues/comments{/number}"],
  ["issue_events", "issues/events{/number}"],
  ["issues", "issues{/number}"],
  ["keys", "keys{/key_id}"],
  ["labels", "labels{/name}"],
  ["languages", "languages"],
  ["merges", "merges"],
  ["milestones", "milestones{/number}"],
  ["notifications", "notifications{?since,all,participating}"],
  ["pulls", "pulls{/number}"],
  ["releases", "releases{/id}"],
  ["stargazers", "stargazers"],
  ["statuses", "statuses/{sha}"],
  ["subscribers", "subscribers"],
  ["subscription", "subscription"],
  ["tags", "tags"],
  ["teams", "teams"],
  ["trees", "git/trees{/sha}"],
] as const;

const ownerParts = [
  ["events", "events{/privacy}"],
  ["followers", "followers"],
  ["following", "following{/other_user}"],
  ["gists", "gists{/gist_id}"],
  ["organizations", "orgs"],
  ["received_events", "received_events"],
  ["repos", "repos"],
  ["starred", "starred{/owner}{/repo}"],
  ["subscriptions", "subscriptions"],
] as const;

/** A repository in the short form that other objects carry. Nothing is known of it but its name. */
export function repositoryView(owner: string, name: string, origin: string) {
  const url = `${origin}/api/v3/repos/${owner}/${name}`;
  return {
    id: 1,
    node_id: Buffer.from(`Repository:${owner}/${name}`).toString("base64url"),
    name,
    full_name: `${owner}/${name}`,
    private: true,
    owner: ownerView(owner, origin),
    html_url: `${origin}/${owner}/${name}`,
    description: null,
    fork: false,
    url,
    ...links(url, repositoryParts),
  };
}

function ownerView(login: string, origin: string) {
  const url = `${origin}/api/v3/users/${login}`;
  return {
    login,
    id: 1,
    node_id: Buffer.from(`Organization:${login}`).toString("base64url"),
    avatar_url: `${origin}/avatars/${login}`,
    gravatar_id: "",
    url,
    html_url: `${origin}/${login}`,
    type: "Organization",
    site_admin: false,
    ...links(url, ownerParts),
  };
}

function links(base: string, parts: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(parts.map(([name, path]) => [`${name}_url`, `${base}/${path}`]));
}
